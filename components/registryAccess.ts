import * as pulumi from "@pulumi/pulumi";
import { type Problem, repeatedProblems, validate } from "./arguments/check";
import { isWithoutLogins, loginFaults, loginsOf } from "./arguments/formats/dockerConfig";
import { registryEndpoint, registryHost, registryPrefix } from "./arguments/hosts";
import { annotations, labels } from "./arguments/labels";
import { boolean, dnsLabel, dnsName, dockerConfig, optionalAuthorityPem } from "./arguments/rules";
import { fields, listOf, plain, required } from "./arguments/shapes";
import { outputsOf } from "./kubernetes/outputs";
import { childNameProblems, renameProblems, Scope } from "./kubernetes/scope";
import { configureNodes, isIdle, nodeProblems, nodeRules, nodeSettings, type RegistryNodes } from "./nodes/nodes";
import { registriesYaml } from "./nodes/registriesYaml";
import {
    createPullSecrets,
    type PullSecrets,
    pullSecretProblems,
    pullSecretRules,
    pullSecretSettings,
} from "./users/pullSecrets";

/** What another cluster or stack needs to pull from a registry, usually from the outputs of a `PrivateRegistry`. */
export interface RegistryAccessArgs {
    /** Host name in image references, with the port unless it is 443, e.g. `registry.example.com`. */
    host: pulumi.Input<string>;
    /** Further host names in image references. Defaults to none. */
    hostAliases?: pulumi.Input<string>[];
    /**
     * Content of the pull secrets (`.dockerconfigjson`): the registry's output `dockerConfigJson`. It must contain a user name and a
     * password for `host` and each of `hostAliases`. Keys are read as kubelets read them: `https://registry.example.com/v2/` is the
     * host `registry.example.com`, `*.example.com` includes it, and `registry.example.com:443` is another host.
     */
    dockerConfigJson: pulumi.Input<string>;
    /**
     * CA certificates that nodes should trust for the registry, PEM-encoded. If omitted or empty, e.g. the output `caCertPem` of a
     * registry with a public certificate, the nodes' trust store is unchanged.
     */
    caCertPem?: pulumi.Input<string>;
    /**
     * Address that nodes pull from instead of resolving the host, e.g. `203.0.113.7:443`; a name needs a dot or a port. The
     * registry's certificate must be valid for it. If omitted, nodes resolve the host.
     */
    endpoint?: pulumi.Input<string>;
    /** Pull secrets in the namespaces whose pods run images from the registry. Defaults to none. */
    pullSecrets?: PullSecrets;
    /**
     * How nodes are configured to trust the registry. Needs `caCertPem`, or `nodes.authenticate`. Defaults to a DaemonSet for
     * containerd if `caCertPem` is set. If `caCertPem` is an Output that turns out to be empty, the DaemonSet writes no CA certificate.
     */
    nodes?: RegistryNodes;
    /**
     * Namespace of the DaemonSet that configures nodes. It must admit hostPath volumes. Defaults to `<name>-node`, after the
     * component's name.
     */
    nodeNamespace?: pulumi.Input<string>;
    /** Whether to create that namespace, at Pod Security level `privileged`. Set it to false if it already exists. Defaults to true. */
    createNodeNamespace?: boolean;
    /**
     * Image mirror for air-gapped clusters, e.g. `mirror.example.com`: the prefix, without the slash, of every image that the
     * component runs. Defaults to none.
     */
    imageMirror?: pulumi.Input<string>;
    /** `imagePullSecrets` of the component's own pods: names of Secrets in `nodeNamespace`. Defaults to none. */
    imagePullSecrets?: pulumi.Input<string>[];
    /**
     * Content of a pull secret (`.dockerconfigjson`) for the images of the component's own pods. Before its pods, the component creates
     * a Secret `<name>-image-credentials` in `nodeNamespace`. Secret. Defaults to none.
     */
    imageDockerConfigJson?: pulumi.Input<string>;
    /** Labels of every object. Defaults to none. */
    labels?: Record<string, pulumi.Input<string>>;
    /** Annotations of every object. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
}

export const registryAccessRules = fields<RegistryAccessArgs>({
    host: required(registryHost, "set it to the registry's output `host`"),
    hostAliases: listOf(registryHost),
    dockerConfigJson: required(dockerConfig, "set it to the registry's output `dockerConfigJson`"),
    caCertPem: optionalAuthorityPem,
    endpoint: registryEndpoint,
    pullSecrets: pullSecretRules,
    nodes: nodeRules,
    nodeNamespace: dnsLabel(),
    createNodeNamespace: plain(boolean),
    imageMirror: registryPrefix,
    imagePullSecrets: listOf(dnsName),
    imageDockerConfigJson: dockerConfig,
    labels,
    annotations,
});

/** Validates the arguments, with every problem in one error, and returns them with every default. */
function checkAccessArguments(
    name: string,
    args: RegistryAccessArgs,
    opts?: pulumi.ComponentResourceOptions,
): AccessSettings {
    const title = `the RegistryAccess "${name}"`;
    const crossFieldProblems = (plain: RegistryAccessArgs) => [
        ...renameProblems(name, opts),
        ...registryAccessProblems(name, plain),
    ];
    return { title, ...accessSettings(name, validate(title, args, registryAccessRules, crossFieldProblems)) };
}

/** The validated arguments with every default. */
type AccessSettings = { readonly title: string } & ReturnType<typeof accessSettings>;

function accessSettings(name: string, args: RegistryAccessArgs) {
    return {
        name,
        labels: args.labels ?? {},
        annotations: args.annotations ?? {},
        hosts: pulumi.all([args.host, ...(args.hostAliases ?? [])]),
        dockerConfigJson: pulumi.secret(args.dockerConfigJson),
        caCertPem: args.caCertPem,
        endpoint: args.endpoint,
        pullSecrets: pullSecretSettings(name, args.pullSecrets),
        nodes: nodeSettings(args.nodes, args.caCertPem !== undefined),
        nodeNamespace: args.nodeNamespace ?? `${name}-node`,
        createNodeNamespace: args.createNodeNamespace ?? true,
        imageMirror: args.imageMirror,
        imagePullSecrets: args.imagePullSecrets ?? [],
        imageDockerConfigJson: args.imageDockerConfigJson,
    };
}

function registryAccessProblems(name: string, args: RegistryAccessArgs): Problem[] {
    const idle = isIdle(args.nodes, args.caCertPem !== undefined);
    const reason = "needs a CA certificate to trust; set caCertPem to the registry's output `caCertPem`";
    return [
        // The default of `nodeNamespace` is five characters longer.
        ...childNameProblems(name, args.nodeNamespace === undefined ? 58 : 63),
        ...repeatedProblems("imagePullSecrets", args.imagePullSecrets),
        ...(idle ? [{ path: "nodes", reason }] : []),
        ...pullSecretProblems(args.pullSecrets),
        ...nodeProblems(args.nodes),
        ...plainLoginProblems(args),
    ];
}

/** Missing logins, as far as the arguments are known before any resource is created. */
function plainLoginProblems({ nodes, pullSecrets, dockerConfigJson, host, hostAliases = [] }: RegistryAccessArgs) {
    if (typeof dockerConfigJson !== "string") return [];
    const isUsed = nodes?.authenticate === true || (pullSecrets?.namespaces ?? []).length > 0;
    // Access that only makes nodes trust the registry needs no login.
    if (!isUsed && isWithoutLogins(dockerConfigJson)) return [];
    return loginProblems(
        dockerConfigJson,
        [host, ...hostAliases].filter((name) => typeof name === "string"),
    );
}

function loginProblems(content: string, hosts: readonly string[]): Problem[] {
    return loginFaults(content, hosts).map((reason) => ({ path: "dockerConfigJson", reason }));
}

/** The content of the pull secrets, validated when it and the hosts are known. Secret. */
function validLogins(scope: Scope, { dockerConfigJson, hosts }: AccessSettings): pulumi.Output<string> {
    return pulumi
        .all([dockerConfigJson, hosts])
        .apply(([content, hostNames]) => scope.unlessProblems(loginProblems(content, hostNames), content));
}

/**
 * Access to a registry that another cluster or stack runs: pull secrets and node trust. All problems with the arguments are reported
 * in one error, before any resource is created.
 */
export class RegistryAccess extends pulumi.ComponentResource {
    /** Names of the pull secrets, by namespace. */
    public readonly pullSecretNames: pulumi.Output<Record<string, string>>;
    /**
     * Content of `/etc/rancher/k3s/registries.yaml` or `/etc/rancher/rke2/registries.yaml`, for nodes that `nodes` does not configure.
     * Write `caCertPem` to the CA path that it refers to. Secret if it contains a login, as with `nodes.authenticate`.
     */
    public readonly registriesYaml: pulumi.Output<string>;

    constructor(name: string, args: RegistryAccessArgs, opts?: pulumi.ComponentResourceOptions) {
        const settings = checkAccessArguments(name, args, opts);
        super("private-registry:index:RegistryAccess", name, {}, opts);
        const scope = new Scope({ ...settings, namespace: pulumi.output(settings.nodeNamespace), parent: this });

        const usesLogins = settings.nodes.authenticate || settings.pullSecrets.namespaces.length > 0;
        const dockerConfigJson = usesLogins ? validLogins(scope, settings) : settings.dockerConfigJson;
        const pullSecretNames = createPullSecrets(scope, settings.pullSecrets, dockerConfigJson);
        const registry = pulumi.output({
            hosts: settings.hosts,
            endpoint: settings.endpoint,
            caCertPem: settings.caCertPem,
        });
        const logins = settings.nodes.authenticate
            ? pulumi.all([dockerConfigJson, settings.hosts]).apply(([content, hosts]) => loginsOf(content, hosts))
            : undefined;
        configureNodes(scope, settings, { registry, logins });

        this.pullSecretNames = pulumi.output(pullSecretNames);
        this.registriesYaml = pulumi
            .all([registry, logins])
            .apply(([onNodes, nodeLogins]) => registriesYaml({ ...onNodes, logins: nodeLogins }));
        this.registerOutputs(outputsOf(this));
    }
}

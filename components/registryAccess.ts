import * as pulumi from "@pulumi/pulumi";
import { type Problem, repeatedProblems, validate } from "./arguments/check";
import {
    boolean,
    certificatePem,
    dnsLabel,
    dnsName,
    dockerConfig,
    registryEndpoint,
    registryHost,
    registryPrefix,
    string,
} from "./arguments/rules";
import { fields, listOf, mapOf, plain, required } from "./arguments/shapes";
import { outputsOf } from "./kubernetes/outputs";
import { childNameProblems, Scope } from "./kubernetes/scope";
import { configureNodes, isIdle, nodeProblems, nodeRules, nodeSettings, type RegistryNodes } from "./nodes/nodes";
import { registriesYaml } from "./nodes/registriesYaml";
import { loginsOf } from "./users/dockerConfig";
import {
    createPullSecrets,
    type PullSecrets,
    pullSecretProblems,
    pullSecretRules,
    pullSecretSettings,
} from "./users/pullSecrets";

/** What another cluster or stack needs to pull from a registry: usually outputs of its `PrivateRegistry`. */
export interface RegistryAccessArgs {
    /** Name that images are tagged with, e.g. `registry.example.com`. */
    host: pulumi.Input<string>;
    /** Other names that images are tagged with. Defaults to none. */
    hostAliases?: pulumi.Input<string>[];
    /** Content of the pull secrets, as in the output `dockerConfigJson`. */
    dockerConfigJson: pulumi.Input<string>;
    /** Certificate authorities, in PEM form, that the nodes shall trust for the registry. Left out, they trust what they trust. */
    caCertPem?: pulumi.Input<string>;
    /**
     * Address, e.g. `203.0.113.7:443`, to which the nodes send pulls instead of resolving the host. The registry's certificate
     * must hold it. Left out, the nodes resolve the host.
     */
    endpoint?: pulumi.Input<string>;
    /** Pull secrets by namespace. Defaults to none. */
    pullSecrets?: PullSecrets;
    /** How the nodes come to trust the registry. Needs `caCertPem`, or `nodes.authenticate`. */
    nodes?: RegistryNodes;
    /** Namespace for what works on the nodes; its pods need host folders. Defaults to the component's name with `-node` behind it. */
    nodeNamespace?: pulumi.Input<string>;
    /** Whether that namespace is created here, for privileged pods, or is there already. Defaults to true. */
    createNodeNamespace?: boolean;
    /** Prefix, e.g. `mirror.example.com`, put before the reference of every image that the component itself runs. Defaults to none. */
    imageMirror?: pulumi.Input<string>;
    /** Secrets, in the namespace for the nodes, to pull the component's own images with. Defaults to none. */
    imagePullSecrets?: pulumi.Input<string>[];
    /** Labels of every object. Defaults to none. */
    labels?: Record<string, pulumi.Input<string>>;
    /** Annotations of every object. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
}

export const registryAccessRules = fields<RegistryAccessArgs>({
    host: required(registryHost, "give it the registry's output `host`"),
    hostAliases: listOf(registryHost),
    dockerConfigJson: required(dockerConfig, "give it the registry's output `dockerConfigJson`"),
    caCertPem: certificatePem,
    endpoint: registryEndpoint,
    pullSecrets: pullSecretRules,
    nodes: nodeRules,
    nodeNamespace: dnsLabel(),
    createNodeNamespace: plain(boolean),
    imageMirror: registryPrefix,
    imagePullSecrets: listOf(dnsName),
    labels: mapOf(string),
    annotations: mapOf(string),
});

/** Checks the arguments, with every problem in one error, and returns them with every default. */
function checkAccessArguments(name: string, args: RegistryAccessArgs): AccessSettings {
    const title = `the RegistryAccess "${name}"`;
    const further = (plain: RegistryAccessArgs) => registryAccessProblems(name, plain);
    return { title, ...accessSettings(name, validate(title, args, registryAccessRules, further)) };
}

/** The checked arguments with every default. */
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
    };
}

function registryAccessProblems(name: string, args: RegistryAccessArgs): Problem[] {
    const idle = isIdle(args.nodes, args.caCertPem !== undefined);
    const reason = "need caCertPem to trust; give it the registry's output `caCertPem`";
    return [
        // The default name of the nodes' namespace is five characters longer.
        ...childNameProblems(name, args.nodeNamespace === undefined ? 58 : 63),
        ...repeatedProblems("imagePullSecrets", args.imagePullSecrets),
        ...(idle ? [{ path: "nodes", reason }] : []),
        ...pullSecretProblems(args.pullSecrets),
        ...nodeProblems(args.nodes),
        ...plainLoginProblems(args),
    ];
}

/** Missing logins, as far as the arguments are known before anything is created. */
function plainLoginProblems({ nodes, dockerConfigJson, host, hostAliases = [] }: RegistryAccessArgs): Problem[] {
    const hosts = [host, ...hostAliases].filter((name) => typeof name === "string");
    return nodes?.authenticate && typeof dockerConfigJson === "string"
        ? missingLogins(hosts, loginsOf(dockerConfigJson, hosts))
        : [];
}

function missingLogins(hosts: readonly string[], logins: Readonly<Record<string, string>>): Problem[] {
    return hosts
        .filter((host) => logins[host] === undefined)
        .map((host) => ({
            path: "dockerConfigJson",
            reason: `has no login for ${host}, which nodes.authenticate needs; add it, or leave nodes.authenticate out`,
        }));
}

/** The nodes' logins by host, checked when the pull secret's content is known; undefined if the nodes do not log in. */
function nodeLogins(scope: Scope, { nodes, dockerConfigJson, hosts }: AccessSettings) {
    if (!nodes.authenticate) return undefined;
    return pulumi.all([dockerConfigJson, hosts]).apply(([content, known]) => {
        const logins = loginsOf(content, known);
        scope.refuse(missingLogins(known, logins));
        return logins;
    });
}

/**
 * The consumer's half of a registry: pull secrets and node trust in a cluster or stack that the registry itself is not in.
 * All problems with its arguments are reported at once, before anything is created.
 */
export class RegistryAccess extends pulumi.ComponentResource {
    /** Names of the pull secrets by namespace. */
    public readonly pullSecretNames: pulumi.Output<Record<string, string>>;
    /**
     * What `/etc/rancher/k3s/registries.yaml` or `/etc/rancher/rke2/registries.yaml` of a node needs that nobody tells of the
     * registry; `caCertPem` belongs into the file that it names. Secret when it holds a login, as with `nodes.authenticate`.
     */
    public readonly registriesYaml: pulumi.Output<string>;

    constructor(name: string, args: RegistryAccessArgs, opts?: pulumi.ComponentResourceOptions) {
        const settings = checkAccessArguments(name, args);
        super("private-registry:index:RegistryAccess", name, {}, opts);
        const scope = new Scope({ ...settings, namespace: pulumi.output(settings.nodeNamespace), parent: this });

        const pullSecretNames = createPullSecrets(scope, settings.pullSecrets, settings.dockerConfigJson);
        const registry = pulumi.output({
            hosts: settings.hosts,
            endpoint: settings.endpoint,
            caCertPem: settings.caCertPem,
        });
        const logins = nodeLogins(scope, settings);
        configureNodes(scope, settings, { registry, logins });

        this.pullSecretNames = pulumi.output(pullSecretNames);
        this.registriesYaml = pulumi
            .all([registry, logins])
            .apply(([known, found]) => registriesYaml({ ...known, logins: found }));
        this.registerOutputs(outputsOf(this));
    }
}

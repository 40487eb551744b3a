import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { provideDescriptorCache } from "./descriptorCache/descriptorCache";
import { uiPath } from "./expose/edge";
import { exposeService } from "./expose/expose";
import { serviceAnnotations } from "./expose/ingress";
import { deployChart } from "./helm/release";
import { defaultRegistryImage, mirrored, toolsImage } from "./kubernetes/images";
import { createNamespace } from "./kubernetes/namespace";
import { Scope } from "./kubernetes/scope";
import { restrictNetwork } from "./networkPolicy";
import { checkArguments, type PrivateRegistryArgs, registryTitle } from "./privateRegistryArgs";
import { RegistryAccess } from "./registryAccess";
import type { ConfigSettings } from "./server/configYml";
import { deployServer } from "./server/deployment";
import type { Server } from "./server/pods";
import { createServices, servicePort } from "./server/service";
import { isProtected, provisionStorage } from "./storage/storage";
import { watchCertificate } from "./tls/renewalWatch";
import { isPubliclyTrusted, provideCertificate } from "./tls/tls";
import { deployUi, uiServiceName } from "./ui/ui";
import { dockerConfigJson } from "./users/dockerConfig";
import { awaitCredentials } from "./users/rotationGate";
import { createCredentials, defaultUsers } from "./users/users";

/**
 * A team's own container registry on Kubernetes: TLS, credentials, storage, the registry, trust on every node and pull secrets.
 * Works without any argument. All problems with the arguments are reported at once, before anything is created.
 */
export class PrivateRegistry extends pulumi.ComponentResource {
    /** Name that images are tagged with, with the port when it is not 443, e.g. `registry.example.com`. */
    public readonly host: pulumi.Output<string>;
    /** Address of the registry, e.g. `https://registry.example.com`. */
    public readonly url: pulumi.Output<string>;
    /** Address of the web UI, e.g. `https://registry.example.com/ui/`; empty when there is none. */
    public readonly uiUrl: pulumi.Output<string>;
    /** Namespace that the registry runs in. */
    public readonly namespaceName: pulumi.Output<string>;
    /** Name of the Service, which listens on port 443. */
    public readonly serviceName: pulumi.Output<string>;
    /** Name of the Deployment. */
    public readonly deploymentName: pulumi.Output<string>;
    /** IP of the Service inside the cluster; the certificate holds it. */
    public readonly clusterIp: pulumi.Output<string>;
    /** Name of the first user. */
    public readonly username: pulumi.Output<string>;
    /** Password of the first user. Secret. */
    public readonly password: pulumi.Output<string>;
    /** Passwords of all users by name. Secret. */
    public readonly credentials: pulumi.Output<Record<string, string>>;
    /** Content of a pull secret for all hosts, with a user of its own for pulling. Secret. */
    public readonly dockerConfigJson: pulumi.Output<string>;
    /** Names of the pull secrets by namespace. */
    public readonly pullSecretNames: pulumi.Output<Record<string, string>>;
    /**
     * What `/etc/rancher/k3s/registries.yaml` or `/etc/rancher/rke2/registries.yaml` of a node needs that nobody tells of the
     * registry; `caCertPem` belongs into the file that it names. Secret when it holds a login, as with `nodes.authenticate`.
     */
    public readonly registriesYaml: pulumi.Output<string>;
    /** Certificate authorities, in PEM form, that clients must trust; empty when they trust them anyway. */
    public readonly caCertPem: pulumi.Output<string>;
    /** When the registry's certificate ends, RFC 3339; empty when somebody else renews it. */
    public readonly certificateExpiry: pulumi.Output<string>;

    constructor(name: string, args: PrivateRegistryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        const checked = checkArguments(name, args);
        super("private-registry:index:PrivateRegistry", name, {}, opts);

        const { imageMirror, imagePullSecrets = [], storage: storageArgs = {}, replicas = 1 } = checked;
        const outside = new Scope({
            title: registryTitle(name),
            name,
            labels: checked.labels ?? {},
            annotations: checked.annotations ?? {},
            namespace: pulumi.output(checked.namespace ?? name),
            parent: this,
        });
        const namespace =
            checked.createNamespace === false
                ? outside.namespace
                : createNamespace(outside, "namespace", outside.namespace, "restricted", {
                      // Deleting the namespace would delete the claim in it.
                      ...(isProtected(storageArgs) && { protect: true }),
                  });
        const scope = outside.inNamespace(namespace);
        const { nodes } = checked;
        const configuresNodes =
            nodes?.enabled !== false && (!isPubliclyTrusted(checked.tls) || nodes?.authenticate === true);
        const needsNodes = (configuresNodes && nodes?.daemonSet !== false) || storageArgs.hostPath !== undefined;
        const nodeNamespaceName = pulumi.interpolate`${outside.namespace}-node`;
        const nodeNamespace =
            needsNodes && checked.createNodeNamespace !== false
                ? createNamespace(scope, "node-namespace", nodeNamespaceName, "privileged")
                : nodeNamespaceName;

        const isPlain = checked.tls?.plainBackend === true;
        const serviceName = checked.serviceName ?? name;
        const { expose = {} } = checked;
        const service = createServices(scope, serviceName, {
            ...expose,
            isPlain,
            annotations: serviceAnnotations(expose.ingress, namespace, serviceName, isPlain),
        });
        const hosts = [
            checked.host ?? clusterNames(service.name, namespace, checked.clusterDomain)[0],
            ...(checked.hostAliases ?? []),
        ];
        const certificate = provideCertificate(
            scope,
            {
                hosts,
                inCluster: [
                    ...clusterNames(service.name, namespace, checked.clusterDomain),
                    service.clusterIp,
                    ...(expose.loadBalancer?.address === undefined ? [] : [expose.loadBalancer.address]),
                    ...localNames,
                ],
                serviceName,
            },
            checked.tls,
        );
        const credentials = createCredentials(scope, checked.users ?? defaultUsers, checked.pullGeneration ?? 1);
        const { puller, users } = credentials;
        const pullConfig = pulumi
            .all([pulumi.all(hosts), puller.password])
            .apply(([known, password]) => dockerConfigJson(known, puller.username, password));
        const images = { imageMirror, imagePullSecrets };
        const access = new RegistryAccess(
            `${name}-access`,
            {
                host: hosts[0],
                hostAliases: hosts.slice(1),
                dockerConfigJson: pullConfig,
                caCertPem: certificate.caCertPem,
                endpoint:
                    certificate.coversClusterNames && !isPlain
                        ? service.clusterIp.apply((ip) => (isIP(ip) === 6 ? `[${ip}]:443` : `${ip}:443`))
                        : undefined,
                pullSecrets: { ...checked.pullSecrets, name: checked.pullSecrets?.name ?? `${name}-pull` },
                nodes,
                nodeNamespace,
                createNodeNamespace: false,
                ...images,
                labels: checked.labels,
                annotations: checked.annotations,
            },
            { parent: this },
        );
        const context = {
            serviceName,
            scheduling: checked.scheduling ?? {},
            ...images,
        };
        const storage = provisionStorage(scope, storageArgs, {
            ...context,
            clusterDomain: checked.clusterDomain ?? defaultClusterDomain,
            nodeNamespace,
        });
        const cache = provideDescriptorCache(scope, checked.descriptorCache ?? {}, context);
        const httpSecret = new random.RandomBytes(scope.name("http-secret"), { length: 32 }, { parent: this });
        const pods: Server = {
            image: mirrored(checked.image ?? defaultRegistryImage, imageMirror),
            imagePullSecrets,
            replicas,
            resources: checked.resources ?? {},
            scheduling: checked.scheduling ?? {},
            rollout: checked.rollout ?? {},
            serviceName,
            httpSecret: httpSecret.hex,
            settings: pulumi
                .all([
                    pulumi.output(storage.driver),
                    pulumi.output(cache.config),
                    pulumi.output(checked.log ?? {}),
                    pulumi.output(checked.config ?? {}),
                ])
                .apply(
                    ([driver, remembered, log, overrides]): ConfigSettings => ({
                        storage: driver,
                        cache: remembered,
                        log,
                        overrides,
                    }),
                ),
            htpasswd: credentials.htpasswd,
            certificate: isPlain ? undefined : certificate,
            storage,
            additions: [storage.pod, cache.pod],
            after: [...storage.ready, ...cache.ready, ...certificate.ready],
        };
        const server = checked.helm ? deployChart(scope, checked.helm, pods) : deployServer(scope, pods);
        const ui =
            checked.ui &&
            deployUi(scope, checked.ui, {
                serviceName,
                host: hosts[0],
                clusterIp: service.clusterIp,
                isPlain,
                annotations: serviceAnnotations(expose.ingress, namespace, uiServiceName(serviceName), isPlain),
                config: checked.config,
                ...images,
            });
        exposeService({ scope, hosts, serviceName, certificate, isPlain, ui }, expose);
        const tools = { image: mirrored(toolsImage, imageMirror), imagePullSecrets };
        const inClusterAddress = pulumi.interpolate`${service.name}.${namespace}.svc:${servicePort(isPlain).port}`;
        const isWatched = certificate.checksum === undefined && !isPlain;
        if (checked.networkPolicy) {
            const has = { ui: ui !== undefined, certificateWatch: isWatched };
            restrictNetwork(scope, checked.networkPolicy, has);
        }
        if (isWatched) {
            watchCertificate(scope, {
                ...tools,
                secretName: certificate.secretName,
                service: inClusterAddress,
                deployment: server.deploymentName,
            });
        }
        const accepted = awaitCredentials(scope, {
            ...tools,
            url: pulumi.interpolate`${isPlain ? "http" : "https"}://${hosts[0]}`,
            service: inClusterAddress,
            caCertPem: certificate.caCertPem,
            replicas,
            logins: users,
            after: [server.resource],
        });
        const oncePasswordsWork = pulumi.all(accepted.map((job) => job.urn));
        const credentialsByName = pulumi
            .all([pulumi.all(users.map((login) => login.password)), oncePasswordsWork])
            .apply(([passwords]) => Object.fromEntries(users.map((login, i) => [login.username, passwords[i]])));

        this.host = pulumi.output(hosts[0]);
        this.url = pulumi.interpolate`https://${this.host}`;
        this.uiUrl = ui === undefined ? pulumi.output("") : pulumi.interpolate`${this.url}${uiPath}/`;
        this.namespaceName = namespace;
        this.serviceName = service.name;
        this.deploymentName = server.deploymentName;
        this.clusterIp = service.clusterIp;
        this.username = pulumi.output(users[0].username);
        this.credentials = pulumi.secret(credentialsByName);
        this.password = this.credentials.apply((passwords) => passwords[users[0].username]);
        this.dockerConfigJson = pulumi.secret(pullConfig);
        this.pullSecretNames = access.pullSecretNames;
        this.registriesYaml = access.registriesYaml;
        this.caCertPem = certificate.caCertPem ?? pulumi.output("");
        this.certificateExpiry = certificate.expiry;
        this.registerOutputs({
            host: this.host,
            url: this.url,
            uiUrl: this.uiUrl,
            namespaceName: this.namespaceName,
            serviceName: this.serviceName,
            deploymentName: this.deploymentName,
            clusterIp: this.clusterIp,
            username: this.username,
            password: this.password,
            credentials: this.credentials,
            dockerConfigJson: this.dockerConfigJson,
            pullSecretNames: this.pullSecretNames,
            registriesYaml: this.registriesYaml,
            caCertPem: this.caCertPem,
            certificateExpiry: this.certificateExpiry,
        });
    }
}

const defaultClusterDomain = "cluster.local";

/** The names under which a port-forward reaches the registry. */
const localNames = ["localhost", "127.0.0.1", "::1"];

/** The names that the cluster's DNS gives the Service, the full one first. */
function clusterNames(
    service: pulumi.Input<string>,
    namespace: pulumi.Input<string>,
    domain: pulumi.Input<string> = defaultClusterDomain,
) {
    const short = pulumi.interpolate`${service}.${namespace}`;
    return [
        pulumi.interpolate`${short}.svc.${domain}`,
        pulumi.interpolate`${short}.svc`,
        short,
        pulumi.output(service),
    ];
}

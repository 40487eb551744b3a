import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { dockerConfigJson } from "./arguments/formats/dockerConfig";
import { provideDescriptorCache } from "./descriptorCache/descriptorCache";
import { uiPath } from "./expose/edge";
import { exposeRegistry } from "./expose/expose";
import { edgeAnnotations } from "./expose/ingress";
import { deployChart } from "./helm/release";
import { createScope, type RegistryScope } from "./kubernetes/namespace";
import { outputsOf } from "./kubernetes/outputs";
import { createBackupIdentity } from "./maintenance/backup/backup";
import { maintainRegistry } from "./maintenance/cronJob";
import { restrictNetwork } from "./networkPolicy";
import { nodeSettings } from "./nodes/nodes";
import { checkArguments, type PrivateRegistryArgs, type RegistrySettings } from "./privateRegistryArgs";
import { RegistryAccess } from "./registryAccess";
import { type Restored, restoreRegistry } from "./restore/job";
import { type Address, addressOf } from "./server/address";
import { configProblems } from "./server/config/config";
import type { ConfigSettings } from "./server/configYml";
import { deployServer, serverAccount } from "./server/deployment";
import type { RegistryAddition, RunningServer, Server, Storage, UsedCache } from "./server/pods";
import { createServices } from "./server/service";
import { serviceAccountAddition } from "./server/serviceAccount";
import { provisionStorage } from "./storage/storage";
import type { Certificate } from "./tls/certificate";
import { restartOnRenewal } from "./tls/renewalWatch";
import { provideCertificate } from "./tls/tls";
import { deployUi } from "./ui/ui";
import { passwordsOnceAccepted } from "./users/rotationGate";
import { createUsers, type Users } from "./users/users";
import { stepsWithCluster, verifyRegistry } from "./verify/steps";

/**
 * A container registry on Kubernetes, with TLS, users, storage, node trust and pull secrets. No argument is required. All problems
 * with the arguments are reported in one error, before any resource is created.
 */
export class PrivateRegistry extends pulumi.ComponentResource {
    /** Host name in image references, with the port unless it is 443, e.g. `registry.example.com`. */
    public readonly host: pulumi.Output<string>;
    /** URL of the registry, e.g. `https://registry.example.com`. */
    public readonly url: pulumi.Output<string>;
    /** URL of the web UI, e.g. `https://registry.example.com/ui/`; empty without a web UI. */
    public readonly uiUrl: pulumi.Output<string>;
    /** Namespace of the registry. */
    public readonly namespaceName: pulumi.Output<string>;
    /** Name of the Service, which listens on port 443. */
    public readonly serviceName: pulumi.Output<string>;
    /** Name of the registry's Deployment. */
    public readonly deploymentName: pulumi.Output<string>;
    /** Cluster IP of the Service. Certificates of `tls.selfSigned` and `tls.certManager` are valid for it. */
    public readonly clusterIp: pulumi.Output<string>;
    /** Name of the first user. */
    public readonly username: pulumi.Output<string>;
    /** Password of the first user; empty if that user has a `passwordHash`. Secret. */
    public readonly password: pulumi.Output<string>;
    /** Passwords of all users without a `passwordHash`, by user name. Secret. */
    public readonly credentials: pulumi.Output<Record<string, string>>;
    /** Content of a pull secret (`.dockerconfigjson`) for all hosts, with a dedicated machine user. Secret. */
    public readonly dockerConfigJson: pulumi.Output<string>;
    /** Names of the pull secrets, by namespace. */
    public readonly pullSecretNames: pulumi.Output<Record<string, string>>;
    /**
     * Content of `/etc/rancher/k3s/registries.yaml` or `/etc/rancher/rke2/registries.yaml`, for nodes that `nodes` does not configure.
     * Write `caCertPem` to the CA path that it refers to. Secret if it contains a login, as with `nodes.authenticate`.
     */
    public readonly registriesYaml: pulumi.Output<string>;
    /** CA certificates that clients must trust, PEM-encoded; empty if the certificate is publicly trusted. */
    public readonly caCertPem: pulumi.Output<string>;
    /** When the registry's certificate expires, in RFC 3339 format; empty if it is renewed outside Pulumi. */
    public readonly certificateExpiry: pulumi.Output<string>;
    /**
     * What `verify` has proved: the reference of the image that was pushed and pulled, with its digest, and the steps, e.g.
     * `<image>: login, push, pull`. Empty without `verify`.
     */
    public readonly verified: pulumi.Output<string>;

    constructor(name: string, args: PrivateRegistryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        const settings = checkArguments(name, args, opts);
        super("private-registry:index:PrivateRegistry", name, {}, opts);
        const scope = createScope(this, settings);

        const service = createServices(scope, settings, edgeAnnotations(scope, settings, settings.serviceName));
        const address = addressOf(scope.namespace, settings, service);
        const certificate = provideCertificate(scope, address, settings.tls);
        const users = createUsers(scope, settings);
        const access = grantAccess(scope, settings, { address, certificate, users });
        const storage = provisionStorage(scope, settings);
        const cache = provideDescriptorCache(scope, settings);
        const config = finalConfig(scope, settings, { storage, cache });
        const additions = [storage.pod, cache.pod, serviceAccountAddition(settings.serviceAccount)];
        const accountName = serverAccount(scope, additions).metadata.name;
        const backup = createBackupIdentity(scope, settings);
        const restored = restoreRegistry(scope, settings, {
            ...{ config, storage, additions, accountName },
            backup,
        });
        const server = runServer(scope, settings, {
            ...{ certificate, users, storage, cache, config, additions, accountName, restored },
        });
        const ui = deployUi(scope, settings, address);
        const routes = exposeRegistry(scope, settings, { address, certificate, ui });
        const renewalWatch = restartOnRenewal(scope, settings, { certificate, address, server });
        const maintenance = maintainRegistry(scope, settings, {
            ...{ config, storage, cache, backup, after: restored?.job },
        });
        const verifyWithCluster = stepsWithCluster(settings.verify);
        const policies = restrictNetwork(scope, settings, {
            ...{ ui, renewalWatch, maintenance, restore: restored, verifyWithCluster },
        });
        const passwords = passwordsOnceAccepted(scope, settings, { users, address, certificate, server });
        const verified = verifyRegistry(scope, settings, {
            address,
            certificate,
            users,
            passwords,
            dockerConfigJson: access.dockerConfigJson,
            config,
            after: [server.resource, access.resource, ...routes, ...policies],
        });

        const [{ name: username }] = settings.users;
        this.host = pulumi.output(address.host);
        this.url = pulumi.interpolate`https://${this.host}`;
        this.uiUrl = ui === undefined ? pulumi.output("") : pulumi.interpolate`${this.url}${uiPath}/`;
        this.namespaceName = scope.namespace;
        this.serviceName = service.name;
        this.deploymentName = server.deploymentName;
        this.clusterIp = service.clusterIp;
        this.username = pulumi.output(username);
        this.credentials = pulumi.secret(passwords);
        this.password = this.credentials.apply((all) => all[username] ?? "");
        this.dockerConfigJson = access.dockerConfigJson;
        this.pullSecretNames = access.pullSecretNames;
        this.registriesYaml = access.registriesYaml;
        this.caCertPem = certificate.caCertPem ?? pulumi.output("");
        this.certificateExpiry = certificate.expiry;
        this.verified = verified;
        this.registerOutputs(outputsOf(this));
    }
}

interface AccessParts {
    readonly address: Address;
    readonly certificate: Certificate;
    readonly users: Users;
}

/** Creates pull secrets and configures nodes in the registry's own cluster. */
function grantAccess(scope: RegistryScope, settings: RegistrySettings, { address, certificate, users }: AccessParts) {
    const { puller } = users;
    const pullConfig = pulumi
        .all([pulumi.all(address.hosts), puller.password])
        .apply(([hosts, password]) => dockerConfigJson(hosts, puller.username, password));
    const { caCertPem, coversClusterNames } = certificate;
    const { daemonSet } = nodeSettings(settings.nodes, caCertPem !== undefined);
    const { imageMirror, labels, annotations } = settings;
    const imagePullSecrets = [...settings.imagePullSecrets, ...(daemonSet ? scope.onNodes.imageCredentials : [])];
    const access = new RegistryAccess(
        scope.name("access"),
        {
            host: address.host,
            hostAliases: settings.hostAliases,
            dockerConfigJson: pullConfig,
            caCertPem,
            endpoint: coversClusterNames ? address.nodeEndpoint : undefined,
            pullSecrets: settings.pullSecrets,
            nodes: settings.nodes,
            nodeNamespace: daemonSet ? scope.onNodes.namespace : scope.nodeNamespaceName,
            createNodeNamespace: false,
            imageMirror,
            imagePullSecrets,
            labels,
            annotations,
        },
        scope.options(),
    );
    const { pullSecretNames, registriesYaml } = access;
    return { dockerConfigJson: pulumi.secret(pullConfig), pullSecretNames, registriesYaml, resource: access };
}

interface ConfiguredParts {
    readonly storage: Storage;
    readonly cache: UsedCache;
}

/** The contents of config.yml that depend on the arguments, validated when they are known. */
function finalConfig(
    scope: RegistryScope,
    { log, config: overrides, configContext }: RegistrySettings,
    { storage, cache }: ConfiguredParts,
): pulumi.Output<ConfigSettings> {
    return pulumi
        .output({ storage: storage.driver, cache: cache.config, log, overrides })
        .apply((config: ConfigSettings) =>
            scope.unlessProblems(configProblems(config.overrides, configContext), config),
        );
}

interface ServerParts extends ConfiguredParts {
    readonly certificate: Certificate;
    readonly users: Users;
    readonly config: pulumi.Output<ConfigSettings>;
    readonly additions: RegistryAddition[];
    readonly accountName: pulumi.Output<string>;
    readonly restored: Restored | undefined;
}

/** Deploys the registry, as a Deployment or a Helm release. */
function runServer(scope: RegistryScope, settings: RegistrySettings, parts: ServerParts): RunningServer {
    const { certificate, users, storage, cache, config, additions, accountName, restored } = parts;
    const { helm, isPlain } = settings;
    const { replicas, resources, scheduling, rollout, imageMirror, imagePullSecrets, serviceName } = settings;
    const httpSecret = new random.RandomBytes(scope.name("http-secret"), { length: 32 }, scope.lastingOptions(false));
    const server: Server = {
        image: settings.image,
        imageMirror,
        imagePullSecrets,
        replicas,
        resources,
        scheduling,
        strategy: rollout.strategy,
        serviceName,
        httpSecret: httpSecret.hex,
        config,
        htpasswd: users.htpasswd,
        certificate: isPlain ? undefined : certificate,
        storage,
        additions,
        initContainers: restored ? [restored.guard] : [],
        accountName,
        after: [...storage.ready, ...cache.ready, ...certificate.ready, ...(restored ? [restored.job] : [])],
    };
    return helm ? deployChart(scope, helm, server) : deployServer(scope, server);
}

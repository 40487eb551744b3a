import type * as pulumi from "@pulumi/pulumi";
import { type Problem, reasonAgainst, repeatedProblems, validate } from "./arguments/check";
import { registryHost, registryPrefix } from "./arguments/hosts";
import { annotations, labels } from "./arguments/labels";
import {
    boolean,
    dnsLabel,
    dnsName,
    dockerConfig,
    freeForm,
    imageReference,
    integer,
    serviceLabel,
} from "./arguments/rules";
import { fields, listOf, plain, secret, withSecretsBelow } from "./arguments/shapes";
import {
    type DescriptorCache,
    descriptorCacheProblems,
    descriptorCacheRules,
    descriptorCacheSettings,
} from "./descriptorCache/descriptorCache";
import { exposeProblems, exposeRules, exposeSettings, type RegistryExpose } from "./expose/expose";
import { chartRules, type RegistryChart } from "./helm/helm";
import { chartProblems } from "./helm/limits";
import { chartSettings } from "./helm/source";
import { defaultRegistryImage } from "./kubernetes/images";
import { type RegistryResources, resourceProblems, resourceRules, resourceSettings } from "./kubernetes/resources";
import { type RegistryScheduling, schedulingRules, tolerationProblems } from "./kubernetes/scheduling";
import { childNameProblems, renameProblems } from "./kubernetes/scope";
import {
    maintenanceProblems,
    maintenanceRules,
    maintenanceSettings,
    type RegistryMaintenance,
} from "./maintenance/maintenance";
import {
    networkPolicyProblems,
    networkPolicyRules,
    networkPolicySettings,
    type RegistryNetworkPolicy,
} from "./networkPolicy";
import { nodeNamespaceProblems, nodeProblems, nodeRules, nodeTrustProblems, type RegistryNodes } from "./nodes/nodes";
import { type RegistryRestore, restoreProblems, restoreRules } from "./restore/restore";
import { configContext, configProblems } from "./server/config/config";
import { chosenDriver, withStorageSection } from "./server/config/drivers";
import { egressTargets } from "./server/egress";
import { logRules, logSettings, type RegistryLog } from "./server/log";
import { serverResources } from "./server/pods";
import { type RegistryRollout, rolloutProblems, rolloutRules, rolloutSettings } from "./server/rollout";
import { type RegistryServiceAccount, serviceAccountRules } from "./server/serviceAccount";
import {
    claimNamespaceProblems,
    type RegistryStorage,
    storageKind,
    storageMounting,
    storageProblems,
    storageRules,
    storageSettings,
} from "./storage/storage";
import { pemProblems } from "./tls/supplied";
import { isPubliclyTrusted, type RegistryTls, tlsProblems, tlsRules, tlsSettings } from "./tls/tls";
import { type RegistryUi, uiProblems, uiRules, uiSettings } from "./ui/ui";
import { type PullSecrets, pullSecretProblems, pullSecretRules, pullSecretSettings } from "./users/pullSecrets";
import { type RegistryUser, userProblems, userRules, userSettings } from "./users/users";
import { type RegistryVerification, verifyProblems, verifyRules, verifySettings } from "./verify/verify";

/** The arguments of a registry. All of them are optional. */
export interface PrivateRegistryArgs {
    /** Namespace of the registry, at most 58 characters. Defaults to the component's name. */
    namespace?: pulumi.Input<string>;
    /**
     * Whether to create the namespace, at Pod Security level `restricted`. Set it to false if the namespace already exists.
     * Defaults to true.
     */
    createNamespace?: boolean;
    /**
     * Namespace of the DaemonSet that configures nodes. It must admit hostPath volumes. Registries that share a namespace need
     * different ones, unless the namespace already exists. Defaults to `<namespace>-node`.
     */
    nodeNamespace?: pulumi.Input<string>;
    /** Whether to create that namespace, at Pod Security level `privileged`. Set it to false if it already exists. Defaults to true. */
    createNodeNamespace?: boolean;
    /** Name of the Service, and the first label of its DNS name, at most 55 characters. Defaults to the component's name. */
    serviceName?: string;
    /** DNS domain of the cluster. Defaults to `cluster.local`. */
    clusterDomain?: pulumi.Input<string>;
    /**
     * Host name in image references, with the port unless it is 443, e.g. `registry.example.com`. It needs a dot or a port, unless it is
     * `localhost`: clients look for other names on Docker Hub. Nodes need no DNS record for it. Defaults to the Service's DNS name, e.g.
     * `registry.registry.svc.cluster.local`.
     */
    host?: pulumi.Input<string>;
    /** Further host names in image references. Nodes, pull secrets and the certificate include them. Defaults to none. */
    hostAliases?: pulumi.Input<string>[];
    /** Image of the registry: distribution 2 or 3. Defaults to `docker.io/library/registry:3.1.2`. */
    image?: pulumi.Input<string>;
    /**
     * Image mirror for air-gapped clusters, e.g. `mirror.example.com`: the prefix, without the slash, of every image that the
     * component runs. The mirror must serve `docker.io/library/registry` and `docker.io/curlimages/curl`; for MinIO, Redis, the web UI,
     * `maintenance` or `restore` also `quay.io/minio/minio`, `docker.io/library/redis`, `docker.io/joxit/docker-registry-ui` or
     * `docker.io/rclone/rclone`. Defaults to none.
     */
    imageMirror?: pulumi.Input<string>;
    /**
     * `imagePullSecrets` of the component's own pods: names of Secrets in its namespace and, for the pods that configure nodes,
     * in `nodeNamespace`. Defaults to none.
     */
    imagePullSecrets?: pulumi.Input<string>[];
    /**
     * Content of a pull secret (`.dockerconfigjson`) for the images of the component's own pods. Before its pods, the component creates
     * a Secret `<name>-image-credentials` in every namespace in which they run. Secret. In a stack's configuration it is the secret
     * value `image-docker-config`. Defaults to none.
     */
    imageDockerConfigJson?: pulumi.Input<string>;
    /**
     * Overrides of the registry's config.yml, merged over what the component writes: objects are merged, other values are replaced,
     * and null removes a key. What the component relies on, e.g. `http.addr`, is rejected. A storage driver, e.g. `storage.azure`,
     * replaces `storage`. The complete file is stored in a Secret. In a stack's configuration, a secret in it is the secret value
     * `config-<path>`, e.g. `config-proxy.password`. Defaults to no overrides.
     */
    // biome-ignore lint/suspicious/noExplicitAny: only `any` becomes a free-form value in other languages
    config?: any;
    /**
     * Deploy the registry as a Helm release of the twuni chart, from the same arguments, instead of as a Deployment. Arguments that
     * the chart does not support are rejected. Defaults to a Deployment; `{}` is a release of the chart's version 3.0.0.
     */
    helm?: RegistryChart;
    /** Number of replicas. More than one requires storage that all of them can write to. Defaults to 1. */
    replicas?: number;
    /** CPU and memory requests and limits of the registry's pods. */
    resources?: RegistryResources;
    /**
     * Node selector, tolerations, affinity and priority of the pods in the registry's namespace: the registry, MinIO, Redis, the web
     * UI, the certificate watch, `maintenance`, `restore` and the Jobs. `nodes` schedules the DaemonSet that configures nodes, and the
     * pods of `verify` that pull on them.
     */
    scheduling?: RegistryScheduling;
    /** The service account of the registry's pods. Defaults to one without annotations, except those of `storage`. */
    serviceAccount?: RegistryServiceAccount;
    /** Labels of every object, in addition to the component's. In YAML, write numbers and booleans in quotes. Defaults to none. */
    labels?: Record<string, pulumi.Input<string>>;
    /** Annotations of every object. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
    /** Update strategy of the registry's pods. */
    rollout?: RegistryRollout;
    /** Users who can pull and push. Defaults to one user `admin` with a random password. */
    users?: RegistryUser[];
    /** Source of the registry's TLS certificate. Defaults to a certificate that the component's own CA issues. */
    tls?: RegistryTls;
    /** Where images are stored. Defaults to a new volume of 10Gi that `pulumi destroy` refuses to delete. */
    storage?: RegistryStorage;
    /** Blob descriptor cache. Disabled by default: every lookup goes to the storage. */
    descriptorCache?: DescriptorCache;
    /** How clients outside the cluster reach the registry. By default, only through `kubectl port-forward`. */
    expose?: RegistryExpose;
    /** Web UI, at the path `/ui/` of the registry's host. Needs `expose.ingress`, `ingressRoute` or `gateway`. Defaults to none. */
    ui?: RegistryUi;
    /** Ingress and egress rules of the registry's namespace. Defaults to no network policies. */
    networkPolicy?: RegistryNetworkPolicy;
    /** Pull secrets in the namespaces whose pods run images from the registry. Defaults to none. */
    pullSecrets?: PullSecrets;
    /**
     * Increment to rotate the pull credentials. The previous credentials stay valid until the next rotation, so running pulls and
     * other clusters are not interrupted. Defaults to 1.
     */
    pullGeneration?: number;
    /** How the cluster's nodes are configured to resolve and trust the registry. Defaults to a DaemonSet for containerd. */
    nodes?: RegistryNodes;
    /** Level and format of the registry's log. */
    log?: RegistryLog;
    /** Regular deletion of the layers and manifests that no image needs. Disabled by default. */
    maintenance?: RegistryMaintenance;
    /** Restores the images from a backup, into empty storage, before the registry starts. Disabled by default. */
    restore?: RegistryRestore;
    /** Proof of logins, a push and a pull at the end of `pulumi up`. Disabled by default. */
    verify?: RegistryVerification;
}

export const privateRegistryRules = fields<PrivateRegistryArgs>({
    namespace: dnsLabel(58),
    createNamespace: plain(boolean),
    nodeNamespace: dnsLabel(),
    createNodeNamespace: plain(boolean),
    serviceName: plain(serviceLabel),
    clusterDomain: dnsName,
    host: registryHost,
    hostAliases: listOf(registryHost),
    image: imageReference,
    imageMirror: registryPrefix,
    imagePullSecrets: listOf(dnsName),
    imageDockerConfigJson: secret(dockerConfig, { key: "image-docker-config", file: "config.json" }),
    config: withSecretsBelow(freeForm, "config-"),
    helm: chartRules,
    replicas: plain(integer(1)),
    resources: resourceRules,
    scheduling: schedulingRules,
    serviceAccount: serviceAccountRules,
    labels,
    annotations,
    rollout: rolloutRules,
    users: userRules,
    tls: tlsRules,
    storage: storageRules,
    descriptorCache: descriptorCacheRules,
    expose: exposeRules,
    ui: uiRules,
    networkPolicy: networkPolicyRules,
    pullSecrets: pullSecretRules,
    pullGeneration: plain(integer(1)),
    nodes: nodeRules,
    log: logRules,
    maintenance: maintenanceRules,
    restore: restoreRules,
    verify: verifyRules,
});

/** Validates the arguments, with every problem in one error, and returns them with every default. */
export function checkArguments(
    name: string,
    args: PrivateRegistryArgs,
    opts?: pulumi.ComponentResourceOptions,
): RegistrySettings {
    const title = `the PrivateRegistry "${name}"`;
    const crossFieldProblems = (plain: PrivateRegistryArgs) => [
        ...renameProblems(name, opts),
        ...privateRegistryProblems(name, plain),
    ];
    return { title, ...registrySettings(name, validate(title, args, privateRegistryRules, crossFieldProblems)) };
}

/** The validated arguments with every default. */
export type RegistrySettings = { readonly title: string } & ReturnType<typeof registrySettings>;

function registrySettings(name: string, args: PrivateRegistryArgs) {
    const { namespace = name, serviceName = name } = args;
    const storage = storageSettings(serviceName, args.storage, driverOf(args));
    return {
        name,
        namespace,
        createNamespace: args.createNamespace ?? true,
        nodeNamespace: args.nodeNamespace,
        createNodeNamespace: args.createNodeNamespace ?? true,
        serviceName,
        clusterDomain: args.clusterDomain ?? "cluster.local",
        /** If undefined, the Service's DNS name, which is known when the Service is. */
        host: args.host,
        hostAliases: args.hostAliases ?? [],
        image: args.image ?? defaultRegistryImage,
        imageMirror: args.imageMirror,
        imagePullSecrets: args.imagePullSecrets ?? [],
        imageDockerConfigJson: args.imageDockerConfigJson,
        config: withStorageSection(args.config ?? {}),
        configContext: configContext(args),
        helm: args.helm && chartSettings(args.helm),
        replicas: args.replicas ?? 1,
        resources: resourceSettings("resources", serverResources, args.resources),
        scheduling: args.scheduling ?? {},
        serviceAccount: args.serviceAccount,
        labels: args.labels ?? {},
        annotations: args.annotations ?? {},
        rollout: rolloutSettings(storage.mounting, args.rollout),
        users: userSettings(args.users),
        tls: tlsSettings(args.tls),
        /** Whether the pods serve plain HTTP. */
        isPlain: args.tls?.plainBackend === true,
        storage,
        descriptorCache: descriptorCacheSettings(args.descriptorCache),
        expose: exposeSettings(args.expose),
        ui: args.ui && uiSettings(args.ui),
        networkPolicy: networkPolicySettings(args.networkPolicy, egressTargets(args)),
        pullSecrets: pullSecretSettings(name, args.pullSecrets),
        pullGeneration: args.pullGeneration ?? 1,
        /** RegistryAccess applies the defaults. */
        nodes: args.nodes,
        log: logSettings(args.log),
        maintenance: args.maintenance && maintenanceSettings(args.maintenance),
        restore: args.restore,
        verify: verifySettings(args.verify),
    };
}

/** The storage driver that `config` chooses, if any. */
function driverOf({ config, storage }: PrivateRegistryArgs): string | undefined {
    return chosenDriver(config, storageKind(storage));
}

/** Cross-field validation. */
function privateRegistryProblems(name: string, args: PrivateRegistryArgs): Problem[] {
    return [
        ...nameProblems(name, args),
        ...nodeNamespaceProblems(args.namespace ?? name, args),
        ...repeatedProblems("imagePullSecrets", args.imagePullSecrets),
        ...resourceProblems("resources", args.resources),
        ...tolerationProblems("scheduling.tolerations", args.scheduling?.tolerations),
        ...userProblems(args.users),
        ...tlsProblems(args.tls, args.host),
        ...exposeProblems(
            args.expose,
            { tls: args.tls ?? {}, serviceName: args.serviceName ?? name, annotations: args.annotations ?? {} },
            args.host,
        ),
        ...uiProblems(args.ui, args.expose, args.config),
        ...storageProblems(args.storage, args.replicas, driverOf(args)),
        ...configProblems(args.config, configContext(args)),
        ...descriptorCacheProblems(args.descriptorCache, args.replicas, args.image),
        ...claimNamespaceProblems(args.storage, args.createNamespace),
        ...rolloutProblems(args.rollout, storageMounting(args.storage, driverOf(args))),
        ...chartProblems(name, args),
        ...maintenanceProblems(args, driverOf(args)),
        ...restoreProblems(args, driverOf(args)),
        ...verifyProblems(args, driverOf(args)),
        ...networkPolicyProblems(args.networkPolicy, egressTargets(args), args.clusterDomain),
        ...pullSecretProblems(args.pullSecrets),
        ...nodeProblems(args.nodes),
        ...nodeTrustProblems(args.nodes, !isPubliclyTrusted(args.tls)),
        ...suppliedCertificateProblems(args),
    ];
}

/** The component's name is the default of `namespace` and `serviceName`, so it must be valid for them. */
function nameProblems(name: string, args: PrivateRegistryArgs): Problem[] {
    const unnamed = (["namespace", "serviceName"] as const).filter((field) => args[field] === undefined);
    if (unnamed.length === 0) return childNameProblems(name, 55);
    const wrong = reasonAgainst(serviceLabel, name);
    if (wrong === undefined) return [];
    const reason = `the component's name is the default of ${unnamed.join(" and ")} and ${wrong}; rename the component or set ${unnamed.join(" and ")}`;
    return [{ path: "name", reason }];
}

/** The certificates that are known before any resource is created, for the hosts that are. */
function suppliedCertificateProblems({ tls, expose, host, hostAliases = [] }: PrivateRegistryArgs): Problem[] {
    const hosts = [host, ...hostAliases];
    const edges = (["ingress", "ingressRoute"] as const).flatMap((edge) =>
        pemProblems(`expose.${edge}.certificate.pem`, expose?.[edge]?.certificate?.pem, hosts),
    );
    return [...pemProblems("tls.pem", tls?.pem, hosts), ...edges];
}

import type * as pulumi from "@pulumi/pulumi";
import { type Problem, reasonAgainst, repeatedProblems, validate } from "./arguments/check";
import {
    boolean,
    dnsLabel,
    dnsName,
    freeForm,
    imageReference,
    integer,
    registryHost,
    registryPrefix,
    serviceLabel,
    string,
} from "./arguments/rules";
import { fields, listOf, mapOf, plain } from "./arguments/shapes";
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
import { type RegistryScheduling, schedulingRules } from "./kubernetes/scheduling";
import { childNameProblems } from "./kubernetes/scope";
import {
    networkPolicyProblems,
    networkPolicyRules,
    networkPolicySettings,
    type RegistryNetworkPolicy,
} from "./networkPolicy";
import { isIdle, nodeProblems, nodeRules, type RegistryNodes } from "./nodes/nodes";
import { logRules, logSettings, type RegistryLog } from "./server/log";
import { serverResources } from "./server/pods";
import { type RegistryRollout, rolloutProblems, rolloutRules, rolloutSettings } from "./server/rollout";
import {
    type RegistryStorage,
    storageMounting,
    storageProblems,
    storageRules,
    storageSettings,
} from "./storage/storage";
import { isPubliclyTrusted, type RegistryTls, tlsProblems, tlsRules, tlsSettings } from "./tls/tls";
import { type RegistryUi, uiProblems, uiRules, uiSettings } from "./ui/ui";
import { type PullSecrets, pullSecretProblems, pullSecretRules, pullSecretSettings } from "./users/pullSecrets";
import { type RegistryUser, userProblems, userRules, userSettings } from "./users/users";

/** Everything about a registry; all of it can be left out. */
export interface PrivateRegistryArgs {
    /** Namespace of the registry, at most 58 characters. Defaults to the component's name. */
    namespace?: pulumi.Input<string>;
    /** Whether that namespace is created here, with Pod Security `restricted`, or is there already. Defaults to true. */
    createNamespace?: boolean;
    /**
     * Whether the namespace `<namespace>-node`, in which the pods that configure nodes run, is created here, with Pod Security
     * `privileged`. Set it to false if the namespace exists already. Defaults to true.
     */
    createNodeNamespace?: boolean;
    /** Name of the Service, and the first part of the registry's name in the cluster. Defaults to the component's name. */
    serviceName?: string;
    /** Domain of the cluster's DNS. Defaults to `cluster.local`. */
    clusterDomain?: pulumi.Input<string>;
    /**
     * Name that images are tagged with, with the port when it is not 443, e.g. `registry.example.com`. Nodes need no DNS for it.
     * Defaults to the Service's name in the cluster, e.g. `registry.registry.svc.cluster.local`.
     */
    host?: pulumi.Input<string>;
    /** Other names that images are tagged with. Nodes, pull secrets and the certificate know them too. Defaults to none. */
    hostAliases?: pulumi.Input<string>[];
    /** Image of the registry (distribution 2 or 3). Defaults to `docker.io/library/registry:3.1.2`. */
    image?: pulumi.Input<string>;
    /**
     * Prefix, e.g. `mirror.example.com`, put with a slash before the reference of every image that the component runs, for
     * clusters without a way out. The mirror must hold `docker.io/library/registry`, `docker.io/curlimages/curl`, and what the
     * arguments ask for beside them: `quay.io/minio/minio`, `docker.io/library/redis`, `docker.io/joxit/docker-registry-ui`. Defaults
     * to none.
     */
    imageMirror?: pulumi.Input<string>;
    /** Secrets to pull the component's own images with, in its namespace and, for what works on nodes, in `<namespace>-node`. Defaults to none. */
    imagePullSecrets?: pulumi.Input<string>[];
    /**
     * Anything of the registry's config.yml, merged over what the component writes: objects are merged, other values replaced,
     * null removes. The whole file is kept in a Secret. Defaults to nothing.
     */
    // biome-ignore lint/suspicious/noExplicitAny: only `any` becomes a free-form value in other languages
    config?: any;
    /**
     * Run the registry by a Helm release of the twuni chart, from the same arguments, instead of a Deployment of the component's
     * own. What the chart cannot do is refused. Defaults to no release; `{}` is one with the chart's version 3.0.0.
     */
    helm?: RegistryChart;
    /** Pods of the registry. More than one needs storage that all can write. Defaults to 1. */
    replicas?: number;
    /** What the registry's pods request and may use at most. */
    resources?: RegistryResources;
    /**
     * On which nodes the pods of the registry's namespace run: the registry, MinIO, Redis, the web UI, the certificate watch and the
     * Jobs. The pods that configure nodes run on all of them, or on those of `nodes`.
     */
    scheduling?: RegistryScheduling;
    /** Labels of every object, beside the component's own. Defaults to none. */
    labels?: Record<string, pulumi.Input<string>>;
    /** Annotations of every object. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
    /** How a change reaches the pods. */
    rollout?: RegistryRollout;
    /** Who may pull and push. Defaults to one user `admin` with a random password. */
    users?: RegistryUser[];
    /** Where the certificate comes from. Defaults to a certificate authority of the registry's own. */
    tls?: RegistryTls;
    /** Where images are kept. Defaults to a new volume of 10Gi that `pulumi destroy` does not delete. */
    storage?: RegistryStorage;
    /** Where the registry remembers which blobs there are. Defaults to nowhere: it asks the storage each time. */
    descriptorCache?: DescriptorCache;
    /** How clients outside the cluster reach the registry. Defaults to not at all, but for `kubectl port-forward`. */
    expose?: RegistryExpose;
    /** A web page to look at images on, below the registry's host. Defaults to none. */
    ui?: RegistryUi;
    /** Who may reach the registry's pods, and whom they may reach. Defaults to no policies. */
    networkPolicy?: RegistryNetworkPolicy;
    /** Pull secrets for the pods that run images of the registry. Defaults to none. */
    pullSecrets?: PullSecrets;
    /**
     * Raise it by one to give the pull secrets another user with another password. The previous one goes on working until the
     * next time, so pulls that are under way and other clusters do not notice. Defaults to 1.
     */
    pullGeneration?: number;
    /** How the cluster's nodes come to resolve and trust the registry. Defaults to a DaemonSet for containerd. */
    nodes?: RegistryNodes;
    /** What the registry writes to its log. */
    log?: RegistryLog;
}

export const privateRegistryRules = fields<PrivateRegistryArgs>({
    namespace: dnsLabel(58),
    createNamespace: plain(boolean),
    createNodeNamespace: plain(boolean),
    serviceName: plain(serviceLabel),
    clusterDomain: dnsName,
    host: registryHost,
    hostAliases: listOf(registryHost),
    image: imageReference,
    imageMirror: registryPrefix,
    imagePullSecrets: listOf(dnsName),
    config: freeForm,
    helm: chartRules,
    replicas: plain(integer(1)),
    resources: resourceRules,
    scheduling: schedulingRules,
    labels: mapOf(string),
    annotations: mapOf(string),
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
});

/** Checks the arguments, with every problem in one error, and returns them with every default. */
export function checkArguments(name: string, args: PrivateRegistryArgs): RegistrySettings {
    const title = `the PrivateRegistry "${name}"`;
    const further = (plain: PrivateRegistryArgs) => privateRegistryProblems(name, plain);
    return { title, ...registrySettings(name, validate(title, args, privateRegistryRules, further)) };
}

/** The checked arguments with every default. */
export type RegistrySettings = { readonly title: string } & ReturnType<typeof registrySettings>;

function registrySettings(name: string, args: PrivateRegistryArgs) {
    const { namespace = name, serviceName = name } = args;
    const storage = storageSettings(serviceName, args.storage);
    return {
        name,
        namespace,
        createNamespace: args.createNamespace ?? true,
        createNodeNamespace: args.createNodeNamespace ?? true,
        serviceName,
        clusterDomain: args.clusterDomain ?? "cluster.local",
        /** If undefined, the Service's name in the cluster, which is known when the Service is. */
        host: args.host,
        hostAliases: args.hostAliases ?? [],
        image: args.image ?? defaultRegistryImage,
        imageMirror: args.imageMirror,
        imagePullSecrets: args.imagePullSecrets ?? [],
        config: args.config ?? {},
        helm: args.helm && chartSettings(args.helm),
        replicas: args.replicas ?? 1,
        resources: resourceSettings("resources", serverResources, args.resources),
        scheduling: args.scheduling ?? {},
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
        networkPolicy: networkPolicySettings(args.networkPolicy),
        pullSecrets: pullSecretSettings(name, args.pullSecrets),
        pullGeneration: args.pullGeneration ?? 1,
        /** RegistryAccess applies the defaults. */
        nodes: args.nodes,
        log: logSettings(args.log),
    };
}

/** Problems of arguments that are valid one by one. */
function privateRegistryProblems(name: string, args: PrivateRegistryArgs): Problem[] {
    return [
        ...nameProblems(name, args),
        ...repeatedProblems("imagePullSecrets", args.imagePullSecrets),
        ...resourceProblems("resources", args.resources),
        ...userProblems(args.users),
        ...tlsProblems(args.tls, args.host),
        ...exposeProblems(args.expose, args.tls, args.host),
        ...uiProblems(args.ui, args.expose, args.config),
        ...storageProblems(args.storage, args.replicas),
        ...descriptorCacheProblems(args.descriptorCache, args.replicas, args.image),
        ...claimNamespaceProblems(args),
        ...rolloutProblems(args.rollout, storageMounting(args.storage)),
        ...chartProblems(name, args),
        ...networkPolicyProblems(args.networkPolicy),
        ...pullSecretProblems(args.pullSecrets),
        ...nodeProblems(args.nodes),
        ...nodeTrustProblems(args),
    ];
}

/** The component's name stands in for public names that are left out, so it must be right for them. */
function nameProblems(name: string, args: PrivateRegistryArgs): Problem[] {
    const unnamed = (["namespace", "serviceName"] as const).filter((field) => args[field] === undefined);
    if (unnamed.length === 0) return childNameProblems(name, 55);
    const wrong = reasonAgainst(serviceLabel, name);
    if (wrong === undefined) return [];
    const reason = `the component's name stands in for ${unnamed.join(" and ")} and ${wrong}; rename it or give ${unnamed.join(" and ")}`;
    return [{ path: "name", reason }];
}

function nodeTrustProblems({ nodes, tls }: PrivateRegistryArgs): Problem[] {
    if (!isIdle(nodes, !isPubliclyTrusted(tls))) return [];
    const reason =
        "have nothing to be told about a certificate that they trust anyway; give its caCertPem, or remove nodes";
    return [{ path: "nodes", reason }];
}

function claimNamespaceProblems(args: PrivateRegistryArgs): Problem[] {
    if (!args.storage?.existingClaim || args.createNamespace === false) return [];
    const reason = "lies in a namespace that exists already; set createNamespace to false and name it in namespace";
    return [{ path: "storage.existingClaim", reason }];
}

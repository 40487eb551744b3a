import type * as pulumi from "@pulumi/pulumi";
import type { PodAddition, PodContainer, PodSettings } from "../kubernetes/pod";
import type { ResourceSettings } from "../kubernetes/resources";
import type { ConfigSettings, Section } from "./configYml";
import type { Mounting, RolloutStrategy } from "./rollout";

/** The registry's pods, in a Deployment or a Helm release. */
export interface Server extends PodSettings {
    readonly image: pulumi.Input<string>;
    readonly replicas: pulumi.Input<number>;
    readonly resources: ResourceSettings;
    readonly strategy: RolloutStrategy;
    readonly serviceName: string;
    /** Key that signs upload URLs. All pods share it. */
    readonly httpSecret: pulumi.Output<string>;
    /** The contents of config.yml that depend on the arguments. */
    readonly config: pulumi.Output<ConfigSettings>;
    readonly htpasswd: pulumi.Output<string>;
    /** If undefined, the pods serve plain HTTP. */
    readonly certificate: ServedCertificate | undefined;
    readonly storage: Storage;
    /** What parts of the registry, e.g. the storage, add to its pods. */
    readonly additions: RegistryAddition[];
    /** Containers that must succeed before the registry starts. */
    readonly initContainers: readonly PodContainer[];
    /** Name of the pods' service account. */
    readonly accountName: pulumi.Output<string>;
    /** Resources that must exist before the pods start. */
    readonly after: pulumi.Resource[];
}

/** What a part adds to the registry's pods. */
export interface RegistryAddition extends PodAddition {
    /** Labels of the pods. */
    readonly labels?: Record<string, string>;
    /** Annotations of the pods' service account. */
    readonly accountAnnotations?: Record<string, pulumi.Input<string>>;
}

/** The certificate that the pods serve. */
export interface ServedCertificate {
    /** Name of the TLS Secret. */
    readonly secretName: pulumi.Output<string>;
}

export interface RunningServer {
    readonly deploymentName: pulumi.Output<string>;
    /** Created when the pods are ready. */
    readonly resource: pulumi.Resource;
}

/** What the registry needs to use a kind of storage. */
export interface Storage {
    /** The storage driver's part of the `storage` section of config.yml. */
    readonly driver: pulumi.Input<Section>;
    readonly pod: RegistryAddition;
    /** Name of the claim that the pods mount, if any. */
    readonly claimName?: pulumi.Input<string>;
    /** UID of the claim with the images, if the component creates it. */
    readonly claimUid?: pulumi.Output<string>;
    /** Whether `config` chooses the storage driver. */
    readonly isInConfig?: boolean;
    /** How many pods can use it at the same time, and on which nodes. */
    readonly mounting: Mounting;
    /** Resources that must exist before the pods start. */
    readonly ready: pulumi.Resource[];
}

/** Default resources of the registry's pods. */
export const serverResources = {
    requests: { cpu: "100m", memory: "128Mi" },
    limits: { cpu: "500m", memory: "512Mi" },
};

/** Name of the volume with the registry's data. */
export const dataVolume = "data";

/** What the registry needs to use a descriptor cache. */
export interface UsedCache {
    /** The cache's sections of config.yml. */
    readonly config: pulumi.Input<Section>;
    readonly pod: RegistryAddition;
    /** Resources that must exist before the registry's pods start. */
    readonly ready: pulumi.Resource[];
}

import type * as pulumi from "@pulumi/pulumi";
import type { PodAddition, PodSettings } from "../kubernetes/pod";
import type { ResourceSettings } from "../kubernetes/resources";
import type { ConfigSettings, Section } from "./configYml";
import type { Mounting, RolloutStrategy } from "./rollout";

/** The registry's pods, for a Deployment or a chart. */
export interface Server extends PodSettings {
    readonly image: pulumi.Input<string>;
    readonly replicas: pulumi.Input<number>;
    readonly resources: ResourceSettings;
    readonly strategy: RolloutStrategy;
    readonly serviceName: string;
    /** Signs upload addresses; all pods share it. */
    readonly httpSecret: pulumi.Output<string>;
    /** What the arguments say about config.yml. */
    readonly config: pulumi.Output<ConfigSettings>;
    readonly htpasswd: pulumi.Output<string>;
    /** If undefined, the pods serve plain HTTP. */
    readonly certificate: ServedCertificate | undefined;
    readonly storage: Storage;
    /** What the parts of the registry add to its pods, the storage among them. */
    readonly additions: RegistryAddition[];
    /** What must be there before the pods start. */
    readonly after: pulumi.Resource[];
}

/** What a part adds to the registry's pods. */
export interface RegistryAddition extends PodAddition {
    /** Annotations of the pods' service account. */
    readonly accountAnnotations?: Record<string, pulumi.Input<string>>;
    /** Texts that the pods read only when they start: they roll when one of them changes, as with config.yml. */
    readonly content?: pulumi.Output<string>[];
}

/** What the pods must know of the certificate that they serve. */
export interface ServedCertificate {
    /** Name of the TLS Secret. */
    readonly secretName: pulumi.Output<string>;
    /** Of the content; undefined when it may change without a new deployment. */
    readonly checksum: pulumi.Output<string> | undefined;
}

export interface RunningServer {
    readonly deploymentName: pulumi.Output<string>;
    /** Done when the pods are ready. */
    readonly resource: pulumi.Resource;
}

/** What a kind of storage gives the registry. */
export interface Storage {
    /** What of the `storage` section of config.yml says where images are kept. */
    readonly driver: pulumi.Input<Section>;
    readonly pod: RegistryAddition;
    /** Name of the claim that the pods mount, if they do. */
    readonly claimName?: pulumi.Input<string>;
    /** How many pods may use it at a time, and where. */
    readonly mounting: Mounting;
    /** What must be there before the pods start. */
    readonly ready: pulumi.Resource[];
}

/** Resources of the registry's pods if the arguments say nothing else. */
export const serverResources = {
    requests: { cpu: "100m", memory: "128Mi" },
    limits: { cpu: "500m", memory: "512Mi" },
};

/** The volume that is the registry's data folder. */
export const dataVolume = "data";

/** What a descriptor cache gives the registry. */
export interface UsedCache {
    /** The sections of config.yml. */
    readonly config: pulumi.Input<Section>;
    readonly pod: RegistryAddition;
    /** What must be there before the registry's pods start. */
    readonly ready: pulumi.Resource[];
}

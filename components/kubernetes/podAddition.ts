import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** What a part of the registry adds to its pods. */
export interface PodAddition {
    readonly volumes?: k8s.types.input.core.v1.Volume[];
    readonly mounts?: k8s.types.input.core.v1.VolumeMount[];
    readonly env?: k8s.types.input.core.v1.EnvVar[];
    /** Annotations of the pods' service account. */
    readonly accountAnnotations?: Record<string, pulumi.Input<string>>;
    /** Texts that the pods read only when they start: they roll when one of them changes, as with config.yml. */
    readonly content?: pulumi.Output<string>[];
}

import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** User and group of all pods that need no particular one: the registry's, which also own its data. */
export const registryUser = 1000;

/** What Pod Security `restricted` asks of a pod, and a user that owns its volumes. */
export const restrictedPod = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
        runAsNonRoot: true,
        runAsUser: registryUser,
        runAsGroup: registryUser,
        fsGroup: registryUser,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
    },
};

/** What that level asks of a container, and a root that cannot be written: its security context. */
export const restrictedContainer = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
};

/** A container for a shell script that mostly waits. */
export const restrictedScript = {
    resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
    securityContext: restrictedContainer,
};

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

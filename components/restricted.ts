import type * as k8s from "@pulumi/kubernetes";
import { registryUser } from "./server";

/** What the Pod Security level `restricted` asks of a pod, and a user that owns its volumes. */
export function restrictedPod(): k8s.types.input.core.v1.PodSpec {
    return {
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
        containers: [],
    };
}

/** What the level asks of a container, and a root that cannot be written. */
export const restrictedContainer = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
};

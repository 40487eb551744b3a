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

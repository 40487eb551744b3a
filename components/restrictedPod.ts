/** User and group of all pods that need no particular one: the registry's, which also own its data. */
export const registryUser = 1000;

/** What Pod Security `restricted` asks of a pod, for those whose only storage are Secrets and ConfigMaps. */
export const restrictedPod = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
        runAsNonRoot: true,
        runAsUser: registryUser,
        runAsGroup: registryUser,
        fsGroup: registryUser,
        seccompProfile: { type: "RuntimeDefault" },
    },
};

/** The same of a container, for a shell script that mostly waits. */
export const restrictedContainer = {
    resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
    securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
    },
};

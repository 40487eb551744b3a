import { items, text, unless } from "../resource";
import { resourceRule } from "../rule";
import { containers, type Recognition, recognition, registryPod } from "../workload";

export const restrictedPods = resourceRule<Recognition>({
    name: "restricted-pods",
    what: "A registry's pods meet the Pod Security Standard `restricted`.",
    why: "A registry needs no privileges on its node, so an intruder should find none.",
    fix: "Set runAsNonRoot and seccompProfile RuntimeDefault on the pod, allowPrivilegeEscalation false and capabilities.drop [ALL] on each container, and use neither host namespaces nor hostPath.",
    severity: "high",
    settings: recognition,
    check: (resource, further) => {
        const pod = registryPod(resource, further);
        if (pod === undefined) return [];
        const host = ["hostNetwork", "hostPID", "hostIPC"].flatMap((field) =>
            unless(() => pod[field] !== true, `The pod has ${field}`),
        );
        const folders = items(() => pod.volumes).flatMap((volume) =>
            unless(
                () => volume.hostPath === undefined,
                `The volume ${text(() => volume.name)} is a directory of the node (hostPath)`,
            ),
        );
        const each = containers(pod).flatMap((container) => {
            const name = `The container ${text(() => container.name)}`;
            const own = () => container.securityContext;
            const either = (field: string) => own()?.[field] ?? pod.securityContext?.[field];
            return [
                ...unless(() => either("runAsNonRoot") === true, `${name} may run as root (runAsNonRoot)`),
                ...unless(() => either("runAsUser") !== 0, `${name} runs as user 0`),
                ...unless(() => own()?.privileged !== true, `${name} is privileged`),
                ...unless(
                    () => own()?.allowPrivilegeEscalation === false,
                    `${name} may gain privileges (allowPrivilegeEscalation)`,
                ),
                ...unless(() => {
                    const drop: unknown = own()?.capabilities?.drop;
                    return Array.isArray(drop) && drop.includes("ALL");
                }, `${name} keeps Linux capabilities (capabilities.drop)`),
                ...unless(() => {
                    const add: unknown = own()?.capabilities?.add;
                    return !Array.isArray(add) || add.every((capability) => capability === "NET_BIND_SERVICE");
                }, `${name} adds Linux capabilities (capabilities.add)`),
                ...unless(
                    () => ["RuntimeDefault", "Localhost"].includes(either("seccompProfile")?.type),
                    `${name} has no seccomp profile (seccompProfile.type)`,
                ),
            ];
        });
        return [...host, ...folders, ...each];
    },
});

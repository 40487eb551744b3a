import { podSecurityProblems } from "../podSecurity";
import { type Recognition, recognition, registryPod } from "../recognition";
import { resourceRule } from "../rule";
import { podTemplate } from "../workload";

export const restrictedPods = resourceRule<Recognition>({
    name: "restricted-pods",
    what: "A registry's pods meet the Pod Security Standard `restricted`.",
    why: "A registry needs no privileges on its node, so an intruder should find none.",
    fix: "Set runAsNonRoot and seccompProfile RuntimeDefault on the pod, allowPrivilegeEscalation false and capabilities.drop [ALL] on each container, and use neither host namespaces and ports nor hostPath.",
    severity: "high",
    settings: recognition,
    check: (resource, how) =>
        registryPod(resource, how) === undefined ? [] : podSecurityProblems(podTemplate(resource)),
});

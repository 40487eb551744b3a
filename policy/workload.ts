import { containsUnknown, isUnknown, items, kindOf, known, type Resource, type Tree } from "./resource";

/** The pod spec of a workload; undefined for other kinds. */
export function podSpec(resource: Resource): Tree {
    return known(() => podTemplate(resource)?.spec);
}

export function podTemplate(resource: Resource): Tree {
    const { props } = resource;
    switch (kindOf(resource)) {
        case "Pod":
            return props;
        case "CronJob":
            return known(() => props.spec?.jobTemplate?.spec?.template);
        case "Deployment":
        case "StatefulSet":
        case "DaemonSet":
        case "ReplicaSet":
        case "ReplicationController":
        case "Job":
            return known(() => props.spec?.template);
        default:
            return undefined;
    }
}

/** The kinds with a pod spec, which \`podTemplate\` finds. */
const workloadKinds = "Pod Deployment StatefulSet DaemonSet ReplicaSet ReplicationController Job CronJob".split(" ");

/** Whether a preview does not know yet which pods a workload has, or what they mount. */
export function hidesPods(resource: Resource): boolean {
    if (!workloadKinds.includes(kindOf(resource) ?? "")) return false;
    const { props } = resource;
    const template = podTemplate(resource);
    return (
        [() => props.spec?.template, () => props.metadata?.namespace].some(isUnknown) ||
        [() => template?.metadata?.labels, () => template?.spec?.volumes].some(containsUnknown)
    );
}

/** All containers of a pod, including init containers and ephemeral containers. */
export function containers(pod: Tree): Tree[] {
    return [
        ...items(() => pod?.initContainers),
        ...items(() => pod?.containers),
        ...items(() => pod?.ephemeralContainers),
    ];
}

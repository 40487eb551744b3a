import type { V1Node, V1Pod } from "@kubernetes/client-node";
import type { Api } from "./api";
import { waitUntil } from "./waiting";

/** What must be ready before the cluster is up. */
export interface Wanted {
    /** The nodes' names, with the times at which they were started. */
    nodes: ReadonlyMap<string, Date>;
    /** Labels and namespace of pods, of which at least one each must be ready. */
    pods: readonly { namespace: string; labels: Record<string, string> }[];
}

/** Waits until nothing is missing. */
export async function waitForCluster(api: Api, wanted: Wanted): Promise<void> {
    let missing: string[] = [];
    const isComplete = async () => {
        const [nodes, pods] = await Promise.all([api.list<V1Node>("/api/v1/nodes"), api.list<V1Pod>("/api/v1/pods")]);
        missing = findMissing(wanted, nodes, pods);
        return missing.length === 0;
    };
    await waitUntil(isComplete, 90, () => `The cluster did not become ready: ${missing.join("; ")}.`);
}

/**
 * The reasons why the cluster is not ready. After a restart, the API server has old statuses until the kubelets update
 * them: nodes that were ready, and pods that were running before. They do not count.
 */
export function findMissing(wanted: Wanted, nodes: readonly V1Node[], pods: readonly V1Pod[]): string[] {
    const started = (pod: V1Pod) => wanted.nodes.get(pod.spec?.nodeName ?? "") ?? new Date(0);
    const missingNodes = [...wanted.nodes]
        .filter(([name, start]) => !nodes.some((node) => node.metadata?.name === name && isNodeReady(node, start)))
        .map(([name]) => `${name} is not ready`);
    const missingPods = wanted.pods
        .filter(({ namespace, labels }) => !pods.some((pod) => isSelected(pod, namespace, labels) && isPodReady(pod)))
        .map(({ namespace, labels }) => `no pod ${Object.values(labels).join(", ")} is ready in ${namespace}`);
    const stalePods = pods
        .filter((pod) => isPodReady(pod) && !hasStartedSince(pod, started(pod)))
        .map((pod) => `${pod.metadata?.namespace}/${pod.metadata?.name} has not been started again`);
    return [...missingNodes, ...missingPods, ...stalePods];
}

function isNodeReady(node: V1Node, since: Date): boolean {
    const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
    return ready?.status === "True" && isAfter(ready.lastHeartbeatTime, since);
}

function isSelected(pod: V1Pod, namespace: string, labels: Record<string, string>): boolean {
    const { metadata } = pod;
    const hasLabels = Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value);
    return metadata?.namespace === namespace && metadata.deletionTimestamp === undefined && hasLabels;
}

function isPodReady(pod: V1Pod): boolean {
    return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

function hasStartedSince(pod: V1Pod, since: Date): boolean {
    return (pod.status?.containerStatuses ?? []).every(({ state }) => isAfter(state?.running?.startedAt, since));
}

/** Kubernetes writes full seconds, so the same second counts as later. */
function isAfter(time: Date | string | undefined, since: Date): boolean {
    return time !== undefined && new Date(time).getTime() >= Math.floor(since.getTime() / 1000) * 1000;
}

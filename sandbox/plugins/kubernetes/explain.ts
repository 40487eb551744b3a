import { at, isObject, objectsAt, type Properties, textAt } from "../values";
import type { Cluster } from "./cluster";

const eventCount = 3;

/** The label selector of an object's pods, as the API's lists take it; undefined for objects without pods. */
function podSelector(object: Properties): string | undefined {
    const selector = at(object, "spec.selector");
    if (!isObject(selector)) return undefined;
    const labels = isObject(selector.matchLabels) ? selector.matchLabels : object.kind === "Service" ? selector : {};
    const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    return pairs.length > 0 ? pairs.join(",") : undefined;
}

async function podsOf(object: Properties, cluster: Cluster, namespace: string): Promise<Properties[]> {
    if (object.kind === "Pod") return [object];
    const labelSelector = podSelector(object);
    return labelSelector ? cluster.list({ apiVersion: "v1", kind: "Pod" }, namespace, { labelSelector }) : [];
}

/** What one container says: why it waits, or how it ended. */
function containerTrouble(status: Properties): string[] {
    const waiting = at(status, "state.waiting");
    const ended = at(status, "state.terminated") ?? at(status, "lastState.terminated");
    const parts: string[] = [];
    if (isObject(waiting) && waiting.reason !== "PodInitializing" && waiting.reason !== "ContainerCreating") {
        parts.push([waiting.reason, waiting.message].filter(Boolean).join(": "));
    }
    if (isObject(ended) && ended.exitCode !== 0) {
        parts.push([`exit code ${ended.exitCode}`, ended.message].filter(Boolean).join(": "));
    }
    return parts.length > 0 ? [`container ${status.name}: ${parts.join("; ")}`] : [];
}

/** What keeps a pod from being ready, as its status tells it. */
export function podTrouble(pod: Properties): string[] {
    const conditions = objectsAt(pod, "status.conditions");
    const unready = conditions.filter((one) => one.status === "False" && one.message && one.type !== "ContainersReady");
    const containers = [
        ...objectsAt(pod, "status.initContainerStatuses"),
        ...objectsAt(pod, "status.containerStatuses"),
    ];
    const reasons = [...unready.map((one) => `${one.reason}: ${one.message}`), ...containers.flatMap(containerTrouble)];
    const name = `${textAt(pod, "metadata.namespace")}/${textAt(pod, "metadata.name")}`;
    return reasons.map((reason) => `[Pod ${name}] ${reason}`);
}

/** The last warnings about an object, its pods and what stands between them (a replica set is named after its owner). */
async function warnings(
    object: Properties,
    pods: Properties[],
    cluster: Cluster,
    namespace: string,
): Promise<string[]> {
    const name = textAt(object, "metadata.name") ?? "";
    const podNames = new Set(pods.map((pod) => textAt(pod, "metadata.name")));
    const fieldSelector = "type=Warning";
    const events = await cluster.list({ apiVersion: "v1", kind: "Event" }, namespace, { fieldSelector });
    const isAbout = (event: Properties) => {
        const about = textAt(event, "involvedObject.name") ?? "";
        return about === name || podNames.has(about) || (object.kind !== "Pod" && about.startsWith(`${name}-`));
    };
    const when = (event: Properties) => String(event.lastTimestamp ?? event.eventTime ?? "");
    const texts = events
        .filter(isAbout)
        .sort((a, b) => (when(a) < when(b) ? -1 : 1))
        .map((event) => {
            const about = `${textAt(event, "involvedObject.kind")} ${textAt(event, "involvedObject.name")}`;
            return `[${about}] ${event.reason}: ${String(event.message).trim()}`;
        });
    return [...new Set(texts)].slice(-eventCount);
}

/** What the cluster knows about why an object is not ready: its pods' troubles and the last warnings. */
export async function explain(object: Properties, cluster: Cluster): Promise<string[]> {
    const namespace = textAt(object, "metadata.namespace");
    if (!namespace) return [];
    try {
        const pods = await podsOf(object, cluster, namespace);
        return [...pods.flatMap(podTrouble), ...(await warnings(object, pods, cluster, namespace))];
    } catch (error) {
        return [`(the reasons could not be read: ${(error as Error).message})`];
    }
}

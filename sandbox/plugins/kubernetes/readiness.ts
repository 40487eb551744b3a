import { at, numberAt, objectsAt, type Properties, textAt } from "../values";
import type { Cluster } from "./cluster";
import { annotation } from "./names";
import { waitFor } from "./waitFor";

/** Whether an object does what it is there for. */
export interface Readiness {
    ready: boolean;
    /** What is missing, in a sentence. */
    reason: string;
    /** True when waiting any longer is useless. */
    failed?: boolean;
}

const ready: Readiness = { ready: true, reason: "" };

function when(condition: boolean, reason: string): Readiness {
    return condition ? ready : { ready: false, reason };
}

function condition(object: Properties, type: string): Properties | undefined {
    return objectsAt(object, "status.conditions").find((one) => one.type === type);
}

/** The controller has seen the latest version of the object. */
function isObserved(object: Properties): boolean {
    return numberAt(object, "status.observedGeneration") >= numberAt(object, "metadata.generation");
}

function wantedReplicas(object: Properties): number {
    return at(object, "spec.replicas") === undefined ? 1 : numberAt(object, "spec.replicas");
}

function deployment(object: Properties): Readiness {
    const progressing = condition(object, "Progressing");
    if (isObserved(object) && progressing?.reason === "ProgressDeadlineExceeded") {
        return { ready: false, failed: true, reason: `[ProgressDeadlineExceeded] ${progressing.message}` };
    }
    const wanted = wantedReplicas(object);
    const [total, updated, available] = ["replicas", "updatedReplicas", "availableReplicas"].map((field) =>
        numberAt(object, `status.${field}`),
    );
    const done = isObserved(object) && updated === wanted && available === wanted && total === wanted;
    const reason = `Deployment has ${available} of ${wanted} replicas available, ${updated} of them up to date, ${total} in all`;
    return when(done, reason);
}

function statefulSet(object: Properties): Readiness {
    const wanted = wantedReplicas(object);
    const count = numberAt(object, "status.readyReplicas");
    const current = textAt(object, "status.currentRevision") === textAt(object, "status.updateRevision");
    const done =
        isObserved(object) &&
        count === wanted &&
        (current || textAt(object, "spec.updateStrategy.type") === "OnDelete");
    return when(done, `StatefulSet has ${count} of ${wanted} replicas ready`);
}

function daemonSet(object: Properties): Readiness {
    const wanted = numberAt(object, "status.desiredNumberScheduled");
    const available = numberAt(object, "status.numberAvailable");
    const updated = numberAt(object, "status.updatedNumberScheduled");
    const done = isObserved(object) && available >= wanted && updated >= wanted;
    return when(done, `DaemonSet has ${available} of ${wanted} pods available, ${updated} of them up to date`);
}

function job(object: Properties): Readiness {
    const failed = condition(object, "Failed");
    if (failed?.status === "True") {
        return { ready: false, failed: true, reason: `Job failed: [${failed.reason}] ${failed.message}` };
    }
    return when(condition(object, "Complete")?.status === "True", "Job has not completed");
}

function pod(object: Properties): Readiness {
    const phase = textAt(object, "status.phase");
    if (phase === "Failed") return { ready: false, failed: true, reason: "Pod failed" };
    return when(phase === "Succeeded" || condition(object, "Ready")?.status === "True", `Pod is ${phase}, not ready`);
}

async function claim(object: Properties, cluster: Cluster): Promise<Readiness> {
    const phase = textAt(object, "status.phase");
    if (phase === "Lost") return { ready: false, failed: true, reason: "the volume of the claim is lost" };
    const name = textAt(object, "spec.storageClassName");
    if (phase === "Bound" || !name) return when(phase === "Bound", "PersistentVolumeClaim is not bound");
    const storageClass = await cluster.read({
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name },
    });
    const waits = storageClass?.volumeBindingMode === "WaitForFirstConsumer";
    return when(
        waits,
        `PersistentVolumeClaim is not bound${storageClass ? "" : `: there is no storage class ${name}`}`,
    );
}

async function service(object: Properties, cluster: Cluster): Promise<Readiness> {
    const type = textAt(object, "spec.type");
    if (type === "LoadBalancer" && objectsAt(object, "status.loadBalancer.ingress").length === 0) {
        return when(false, "Service has no load balancer address");
    }
    const selector = at(object, "spec.selector");
    const selectsNothing = !selector || Object.keys(selector).length === 0;
    if (selectsNothing || type === "ExternalName" || textAt(object, "spec.clusterIP") === "None") return ready;
    const slices = await cluster.list(
        { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" },
        textAt(object, "metadata.namespace") ?? "default",
        { labelSelector: `kubernetes.io/service-name=${textAt(object, "metadata.name")}` },
    );
    const endpoints = slices.flatMap((slice) => objectsAt(slice, "endpoints"));
    const some = endpoints.some((endpoint) => at(endpoint, "conditions.ready") === true);
    return when(
        some,
        "Service does not target any ready pods; selected pods may not be ready, or spec.selector matches none",
    );
}

function ingress(object: Properties): Readiness {
    const some = objectsAt(object, "status.loadBalancer.ingress").length > 0;
    return when(some, "Ingress has no address: no controller has taken it over");
}

/** The kinds that are waited for. */
const checks: Record<string, (object: Properties, cluster: Cluster) => Readiness | Promise<Readiness>> = {
    "apps/v1/DaemonSet": daemonSet,
    "apps/v1/Deployment": deployment,
    "apps/v1/StatefulSet": statefulSet,
    "batch/v1/Job": job,
    "networking.k8s.io/v1/Ingress": ingress,
    "v1/Namespace": (object) => when(textAt(object, "status.phase") === "Active", "Namespace is not active"),
    "v1/PersistentVolumeClaim": claim,
    "v1/Pod": pod,
    "v1/Service": service,
};

/** Looks at an object once. `pulumi.com/waitFor` takes the place of what its kind is usually waited for. */
export async function readiness(object: Properties, cluster: Cluster): Promise<Readiness> {
    const expression = annotation(object, "pulumi.com/waitFor");
    if (expression) return waitFor(expression, object);
    const check = checks[`${object.apiVersion}/${object.kind}`];
    return check ? check(object, cluster) : ready;
}

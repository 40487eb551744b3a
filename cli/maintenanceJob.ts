import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type ClusterOptions, Kubectl, type KubernetesObject } from "./kubectl";

/** Name of the container that runs a command on the storage. */
export const container = "collect";

/** A Job with the pods of the CronJob, and another command. `kubectl create job --from` cannot change the command. */
export function jobFrom(
    cronJob: KubernetesObject,
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
    suffix = randomBytes(3).toString("hex"),
): object {
    const { metadata, spec } = cronJob;
    const template = structuredClone(spec.jobTemplate);
    for (const one of template.spec.template.spec.containers) {
        if (one.name !== container) continue;
        one.args = [...command];
        one.env = [...(one.env ?? []), ...Object.entries(env).map(([name, value]) => ({ name, value }))];
    }
    // A run by hand counts as one of the CronJob's, for its history and its last success. Other commands do not. All Jobs go with the
    // CronJob, because a pod that has ended still keeps a claim from being deleted.
    const isRun = command[0] === "collect";
    const owner = {
        apiVersion: "batch/v1",
        kind: "CronJob",
        name: metadata.name,
        uid: metadata.uid,
        controller: isRun,
    };
    return {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: {
            ...template.metadata,
            // The names of Jobs become labels of at most 63 characters.
            name: `${metadata.name.slice(0, 52 - command[0].length)}-${command[0]}-${suffix}`,
            namespace: metadata.namespace,
            annotations: { ...template.metadata?.annotations, "cronjob.kubernetes.io/instantiate": "manual" },
            ownerReferences: [owner],
        },
        spec: { ...template.spec, ...(!isRun && { ttlSecondsAfterFinished: 86_400 }) },
    };
}

/** Runs a command in a Job, and shows its log; returns the exit code of the command. */
export async function runJob(
    options: ClusterOptions,
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
): Promise<number> {
    const kubectl = new Kubectl(options);
    const job = jobFrom(await kubectl.cronJob(), command, env);
    const created = await kubectl.run(["create", "--filename", "-", "--output", "json"], JSON.stringify(job));
    const { metadata }: KubernetesObject = JSON.parse(created);
    console.log(
        `Started the Job ${metadata.name} in ${metadata.namespace}. It goes on if this command is interrupted.`,
    );
    const pod = await startedPod(kubectl, metadata);
    const inNamespace = ["--namespace", metadata.namespace];
    await kubectl.attempt(["logs", "--follow", pod, "--container", container, ...inNamespace], undefined, "show");
    for (let tries = 0; tries < 60; tries++) {
        const state = stateOf(await kubectl.get(metadata.namespace, "pod", pod), "containerStatuses", container);
        if (state?.terminated !== undefined) return state.terminated.exitCode;
        await sleep(1000);
    }
    throw new Error(`the log of ${pod} ended, but not its container`);
}

/** Waits until the command has started, and says every 30 seconds what it waits for. */
async function startedPod(kubectl: Kubectl, { name, namespace }: KubernetesObject["metadata"]): Promise<string> {
    for (let seconds = 0; ; seconds += 2) {
        const selector = `batch.kubernetes.io/job-name=${name}`;
        const args = ["get", "pods", "--namespace", namespace, "--selector", selector, "--output", "json"];
        const [pod]: KubernetesObject[] = JSON.parse(await kubectl.run(args)).items;
        const state = pod && stateOf(pod, "containerStatuses", container);
        if (state?.running !== undefined || state?.terminated !== undefined) return pod.metadata.name;
        if (pod?.status.phase === "Failed") throw new Error(`the pod ${pod.metadata.name} failed: ${waitingFor(pod)}`);
        if (pod === undefined && isFailed(await kubectl.get(namespace, "job", name)))
            throw new Error(`the Job ${name} failed, because its pod was deleted; repeat the command`);
        if (seconds % 30 === 0) console.log(pod ? waitingFor(pod) : "Waiting for the pod.");
        await sleep(2000);
    }
}

/** Whether a Job has failed. Its pod may be gone. */
export function isFailed({ status }: KubernetesObject): boolean {
    const conditions: { type: string; status: string }[] = status?.conditions ?? [];
    return conditions.some(({ type, status: value }) => type === "Failed" && value === "True");
}

/** What keeps the pod from running its command. */
export function waitingFor(pod: KubernetesObject): string {
    const lease = stateOf(pod, "initContainerStatuses", "lease");
    if (lease?.terminated !== undefined) return "another run holds the Lease; wait for its end, and repeat the command";
    const { started } = statusOf(pod, "initContainerStatuses", "lease") ?? {};
    if (lease?.running !== undefined && started !== true)
        return "Waiting for the end of another run, which holds the Lease.";
    const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
    const failed = statuses.find(({ state }) => state?.terminated !== undefined && state.terminated.exitCode !== 0);
    if (failed !== undefined) {
        const { name, namespace } = pod.metadata;
        return `its container ${failed.name} ended with an error; kubectl logs ${name} --namespace ${namespace} --container ${failed.name} shows it`;
    }
    const reason = statuses.map(({ state }) => state?.waiting?.reason).find((one) => one && one !== "PodInitializing");
    const unscheduled = pod.status.conditions?.find(
        ({ type, status }: { type: string; status: string }) => type === "PodScheduled" && status === "False",
    );
    return `Waiting for the pod ${pod.metadata.name}: ${unscheduled?.message ?? reason ?? "it starts"}.`;
}

function statusOf(pod: KubernetesObject, kind: string, name: string) {
    return (pod.status[kind] ?? []).find((one: { name: string }) => one.name === name);
}

function stateOf(pod: KubernetesObject, kind: string, name: string) {
    return statusOf(pod, kind, name)?.state;
}

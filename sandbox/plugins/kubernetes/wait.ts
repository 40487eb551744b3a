import { setTimeout as sleep } from "node:timers/promises";
import { cancellation } from "../cancellation";
import { objectsAt, type Properties, textAt } from "../values";
import type { Cluster } from "./cluster";
import { explain } from "./explain";
import { annotation, idOf } from "./names";
import { readiness } from "./readiness";

const defaultSeconds = 600;
const claimSeconds = 300;

/** The kinds whose deletion is not waited for either when `pulumi.com/skipAwait` is set. */
const skipsDeletion = new Set(["Namespace", "Pod", "DaemonSet", "Deployment", "StatefulSet", "Job"]);

/** How long to wait: `customTimeouts`, else the annotation `pulumi.com/timeoutSeconds`, else what the kind usually gets. */
export function patience(object: Properties, timeoutSeconds: number): number {
    const annotated = Number(annotation(object, "pulumi.com/timeoutSeconds"));
    const usual = object.kind === "PersistentVolumeClaim" ? claimSeconds : defaultSeconds;
    return (timeoutSeconds || annotated || usual) * 1000;
}

export function skipsAwait(object: Properties): boolean {
    return annotation(object, "pulumi.com/skipAwait") === "true";
}

export function skipsAwaitOfDeletion(object: Properties): boolean {
    return skipsAwait(object) && skipsDeletion.has(String(object.kind));
}

/** Pauses between looks: short ones first, so that what is quick is seen at once. */
async function* looks(deadline: number): AsyncGenerator<void> {
    for (let pause = 50; ; pause = Math.min(pause * 1.4, 500)) {
        yield;
        if (Date.now() >= deadline || cancellation.aborted) return;
        const rest = Math.max(deadline - Date.now(), 0);
        await sleep(Math.min(pause, rest), undefined, { signal: cancellation }).catch(() => undefined);
    }
}

export type Outcome = { object: Properties; reasons?: string[] };

/** Waits until an object is ready; after the deadline, or when it is hopeless, says what it was waiting for. */
export async function untilReady(object: Properties, cluster: Cluster, milliseconds: number): Promise<Outcome> {
    let live = object;
    let reason = "";
    let failed = false;
    for await (const _ of looks(Date.now() + milliseconds)) {
        const state = await readiness(live, cluster);
        if (state.ready) return { object: live };
        ({ reason, failed = false } = state);
        if (failed) break;
        live = (await cluster.read(live)) ?? live;
    }
    const waited = `timed out waiting to be ready after ${Math.round(milliseconds / 1000)} s`;
    const ending = cancellation.aborted ? "was cancelled while waiting to be ready" : waited;
    const verdict = failed ? "failed to initialize" : ending;
    return {
        object: live,
        reasons: [`${live.kind} ${idOf(live)} ${verdict}: ${reason}`, ...(await explain(live, cluster))],
    };
}

/** Waits until an object, not merely one of its name, is gone. */
export async function untilGone(object: Properties, uid: string | undefined, cluster: Cluster, milliseconds: number) {
    let live: Properties | undefined;
    for await (const _ of looks(Date.now() + milliseconds)) {
        live = await cluster.read(object);
        if (!live || (uid !== undefined && textAt(live, "metadata.uid") !== uid)) return;
    }
    const finalizers = (live?.metadata as Properties | undefined)?.finalizers;
    const conditions = objectsAt(live, "status.conditions").filter((one) => one.status === "True" && one.message);
    const details = [
        ...(finalizers ? [`finalizers: ${(finalizers as string[]).join(", ")}`] : []),
        ...conditions.map((one) => String(one.message)),
    ];
    throw new Error(
        `${cancellation.aborted ? "cancelled" : "timed out"} waiting for ${object.kind} ${idOf(object)} to be deleted${details.length > 0 ? `: ${details.join("; ")}` : ""}`,
    );
}

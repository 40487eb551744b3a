import { setTimeout as sleep } from "node:timers/promises";
import { InitializationError } from "../resourceType";
import { hasUnknown, type Properties } from "../values";
import { ApiError, type Cluster, isNotFound } from "./cluster";
import { annotation, idOf } from "./names";
import type { Settings } from "./settings";
import { stateOf, toSend } from "./state";
import { patience, skipsAwait, untilReady } from "./wait";

/** Pauses before each further try to create something whose namespace or kind is not there yet. */
const retryPauses = [200, 400, 800, 1600, 3200];

const conflictHelp =
    "Server-Side Apply field conflict detected; set the annotation pulumi.com/patchForce to take the fields over";

/** What is written, and by whom. */
export interface Write {
    inputs: Properties;
    fieldManager: string;
    timeoutSeconds: number;
}

function isForced(inputs: Properties, settings: Settings): boolean {
    return settings.patchForce || annotation(inputs, "pulumi.com/patchForce") === "true";
}

/** Puts into words what was tried, before the server's own message. */
function failed(error: unknown, inputs: Properties, what: string): Error {
    const { message } = error as Error;
    const conflict = error instanceof ApiError && error.status === 409 && message.includes("conflict");
    const cause = conflict ? `${conflictHelp}: ${message}` : message;
    return new Error(`resource "${idOf(inputs)}" was not successfully ${what} by the Kubernetes API server: ${cause}`);
}

/** What a preview shows: the server's answer to a dry run, or the inputs where it cannot answer yet. */
export async function preview(cluster: Cluster, { inputs, fieldManager }: Write, settings: Settings, isNew: boolean) {
    if (hasUnknown(inputs)) return inputs;
    const force = isNew || isForced(inputs, settings);
    try {
        return stateOf(await cluster.apply(toSend(inputs), { fieldManager, force, dryRun: true }), fieldManager);
    } catch (error) {
        const replaces =
            isNew && error instanceof ApiError && error.status === 422 && error.message.includes("immutable");
        const noDryRun = error instanceof ApiError && error.message.includes("dry run");
        if (isNotFound(error) || replaces || noDryRun) return inputs;
        throw failed(error, inputs, isNew ? "created" : "updated");
    }
}

/** Creates the object, waiting a little for a namespace or kind that is about to exist. */
export async function create(
    cluster: Cluster,
    write: Write,
    settings: Settings,
    mustBeNew: boolean,
): Promise<Properties> {
    const { inputs, fieldManager } = write;
    const object = toSend(inputs);
    for (const pause of [...retryPauses, undefined]) {
        try {
            if (mustBeNew && (await cluster.read(object))) {
                const { plural } = await cluster.endpoint({
                    apiVersion: String(inputs.apiVersion),
                    kind: String(inputs.kind),
                });
                throw new ApiError(409, `${plural} "${(inputs.metadata as Properties).name}" already exists`);
            }
            const force = isForced(inputs, settings);
            return await ready(cluster, write, await cluster.apply(object, { fieldManager, force, dryRun: false }));
        } catch (error) {
            if (error instanceof InitializationError) throw error;
            if (!isNotFound(error) || pause === undefined) throw failed(error, inputs, "created");
            await sleep(pause);
        }
    }
    throw new Error("unreachable");
}

/** Changes the object, which must be there. */
export async function update(cluster: Cluster, write: Write, settings: Settings): Promise<Properties> {
    const { inputs, fieldManager } = write;
    const object = toSend(inputs);
    try {
        if (!(await cluster.read(object))) throw new ApiError(404, `${inputs.kind} "${idOf(inputs)}" not found`);
        const force = isForced(inputs, settings);
        return await ready(cluster, write, await cluster.apply(object, { fieldManager, force, dryRun: false }));
    } catch (error) {
        throw error instanceof InitializationError ? error : failed(error, inputs, "updated");
    }
}

/** Waits for what was written, unless it asks not to be waited for. */
async function ready(cluster: Cluster, { inputs, fieldManager, timeoutSeconds }: Write, written: Properties) {
    if (skipsAwait(inputs)) return stateOf(written, fieldManager);
    const { object, reasons } = await untilReady(written, cluster, patience(inputs, timeoutSeconds));
    const state = stateOf(object, fieldManager);
    if (reasons) throw new InitializationError(idOf(object), state, inputs, reasons);
    return state;
}

import * as assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { attempt } from "../../sandbox/command";
import { kubectl, pushImage, type RegistryStack, theSandbox } from "./harness";

/** Pushes 200 MB, causes a fault during the push, and retries like a client; returns the image. */
export async function pushThrough(stack: RegistryStack, fault: () => Promise<unknown>): Promise<string> {
    let settled: string | Error | undefined;
    const first = pushImage(stack, 200).then(
        (image) => (settled = image),
        (error) => (settled = error),
    );
    await sleep(1500);
    assert.equal(settled, undefined, "the push was over before the fault");
    await fault();
    const outcome = await first;
    if (typeof outcome === "string") return outcome; // the client retried on its own
    for (let tries = 0; tries < 10; tries++) {
        const image = await pushImage(stack, 50).catch(() => undefined);
        if (image !== undefined) return image;
        await sleep(2000);
    }
    throw new Error(`no push succeeded after the fault; the first one said: ${outcome}`);
}

/** Kills MinIO's process. Its container restarts with the same volume. */
export async function killMinio(): Promise<void> {
    const inNode = theSandbox().enter(1, { all: true });
    const pids = (await attempt([...inNode, "pgrep", "-x", "minio"])).stdout.trim().split("\n");
    assert.equal(pids.length, 1, "one MinIO runs");
    const { code, stderr } = await attempt([...inNode, "kill", "-KILL", ...pids]);
    assert.equal(code, 0, stderr);
}

export function kill(namespace: string, part: string): Promise<string> {
    return kubectl(
        `delete pods --namespace ${namespace} --selector app.kubernetes.io/component=${part} --grace-period=0 --force`,
    );
}

/** Runs a shell command in a pod of a part of the registry. */
export async function inPart(namespace: string, part: string, command: string, input?: string) {
    const selector = `app.kubernetes.io/component=${part}`;
    const pods = await kubectl(`get pods --namespace ${namespace} --selector ${selector} --output name`);
    const pod = pods.trim().split("\n")[0];
    const words = ["kubectl", "exec", "--stdin", "--namespace", namespace, pod, "--", "sh", "-c", command];
    return attempt(words, { env: theSandbox().environment, input: input ?? "" });
}

export const inMinio = (namespace: string, command: string) => inPart(namespace, "minio", command);

/** The response to a node's request. */
export async function fromNode(url: string, ...options: string[]): Promise<string> {
    const curl = ["curl", "--silent", "--show-error", "--max-time", "10", ...options, url];
    const { stdout, stderr } = await attempt([...theSandbox().enter(), ...curl]);
    return stdout + stderr;
}

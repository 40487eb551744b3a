import type { StackOutputs } from "../../settings";
import { request } from "./harness";

export interface PullLoopResult {
    readonly pulls: number;
    readonly failures: string[];
    /** The longest time between two successful pulls, in seconds. */
    readonly longestGap: number;
}

/**
 * Pulls a manifest in a loop, each time on a new connection, while `change` runs. A failed pull is retried immediately, as
 * the kubelet would do later. The longest time without a success shows whether pulls were interrupted.
 */
export async function pullDuring(
    outputs: StackOutputs,
    image: string,
    login: { username: string; password: string },
    change: () => Promise<unknown>,
): Promise<PullLoopResult> {
    const [repository, tag] = image.split(":");
    const failures: string[] = [];
    let pulls = 0;
    let longestGap = 0;
    let lastSuccess = Date.now();
    let running = true;
    const loop = async () => {
        // One more pull after the change, so that its final state counts, too.
        for (let last = false; !last; ) {
            last = !running;
            const { status, error } = await request(outputs, `/v2/${repository}/manifests/${tag}`, login);
            if (status === 200) {
                pulls++;
                longestGap = Math.max(longestGap, (Date.now() - lastSuccess) / 1000);
                lastSuccess = Date.now();
            } else {
                failures.push(`${status} ${error}`);
            }
        }
    };
    const pulling = loop();
    try {
        await change();
    } finally {
        running = false;
        await pulling;
    }
    longestGap = Math.max(longestGap, (Date.now() - lastSuccess) / 1000);
    return { pulls, failures, longestGap };
}

/** Prints the result of a pull loop in one line. */
export function describePulls(what: string, { pulls, failures, longestGap }: PullLoopResult): string {
    return `      ${what}: ${pulls} pulls, ${failures.length} failed, longest gap ${longestGap.toFixed(2)} s`;
}

import type { StackOutputs } from "../../settings";
import { request } from "./harness";

export interface PullLoopResult {
    readonly pulls: number;
    readonly failures: string[];
    /** Longest time in seconds from one successful pull to the next. */
    readonly longestGap: number;
}

/**
 * Pulls a manifest over and over, each time on a new connection, while `change` runs. A pull that fails is repeated at once, as
 * the kubelet would do later; the longest time without a success tells whether any failed for good.
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
        // One more pull after the change has ended, so that its last state counts as well.
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

/** Says what a pull loop saw, in one line. */
export function describePulls(what: string, { pulls, failures, longestGap }: PullLoopResult): string {
    return `      ${what}: ${pulls} pulls, ${failures.length} failed, longest gap ${longestGap.toFixed(2)} s`;
}

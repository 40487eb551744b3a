import type { Progress } from "../../sandbox/progress";
import { type Sandbox, startSandbox, stopSandbox } from "../../sandbox/sandbox";

/** The sandbox that is measured in; nobody else's. */
export const sandboxName = "bench";

/** How often two things that are compared take turns. Other programs on the machine slow single runs down, hardly all of them. */
export const rounds = 3;

export function startMeasured(progress: Progress): Promise<Sandbox> {
    return startSandbox({ name: sandboxName, progress });
}

/** Ends the measured sandbox and leaves nothing of it. */
export async function removeMeasured(progress: Progress = () => {}): Promise<void> {
    await stopSandbox({ name: sandboxName, purge: true, progress });
}

/** How many seconds something takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1000;
}

/** All that was measured, e.g. `4.1 5.0 4.2`. */
export function inWords(times: readonly number[]): string {
    return times.map((time) => time.toFixed(1)).join(" ");
}

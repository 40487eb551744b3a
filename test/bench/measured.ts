import type { Progress } from "../../sandbox/progress";
import { type Sandbox, startSandbox, stopSandbox } from "../../sandbox/sandbox";

/** The dedicated sandbox for measurements. */
export const sandboxName = "bench";

/** How many times two compared measurements alternate. Other programs on the machine can slow down single runs, but hardly all. */
export const rounds = 3;

export function startMeasured(progress: Progress): Promise<Sandbox> {
    return startSandbox({ name: sandboxName, progress });
}

/** Stops the sandbox for measurements, and deletes it. */
export async function removeMeasured(progress: Progress = () => {}): Promise<void> {
    await stopSandbox({ name: sandboxName, purge: true, progress });
}

/** The duration of an action in seconds. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1000;
}

/** All measured times, e.g. `4.1 5.0 4.2`. */
export function inWords(times: readonly number[]): string {
    return times.map((time) => time.toFixed(1)).join(" ");
}

import { setTimeout as sleep } from "node:timers/promises";

/** Polls until a condition is true; throws the given error after the timeout. */
export async function waitUntil(
    isTrue: () => boolean | Promise<boolean>,
    seconds: number,
    otherwise: () => string,
): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!(await isTrue())) {
        if (Date.now() > end) throw new Error(otherwise());
        await sleep(100);
    }
}

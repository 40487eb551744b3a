import { setTimeout as sleep } from "node:timers/promises";

/** Asks again and again until the answer is true; throws the sentence when it never is. */
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

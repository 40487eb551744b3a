import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Does `work` while no other process holds the same lock file. The kernel's own lock is used, held by a child whose standard
 * input is a pipe from this process: however this process ends, the pipe closes, the child ends and the lock is free.
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
    const holder = spawn("flock", [file, "sh", "-c", "echo locked; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(holder, "exit");
    const waiting = setTimeout(onWait, 1000);
    try {
        const outcome = await Promise.race([once(holder.stdout, "data"), ended.then(() => undefined)]);
        if (outcome === undefined) {
            throw new Error(`The lock file ${file} could not be locked.`);
        }
        clearTimeout(waiting);
        return await work();
    } finally {
        clearTimeout(waiting);
        holder.stdin.end();
        await ended;
    }
}

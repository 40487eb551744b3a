import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Does `work` while no other process holds the same lock file. The kernel's own lock is used, held by a child whose standard
 * input is a pipe from this process: however this process ends, the pipe closes, the child ends and the lock is free.
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
    const holder = spawn("flock", [file, "sh", "-c", "echo locked; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
    // Resolves also when `flock` could not be started at all.
    const ended = once(holder, "close").catch(() => undefined);
    const waiting = setTimeout(onWait, 1000);
    try {
        const locked = once(holder.stdout, "data").then(() => true);
        if (!(await Promise.race([locked, ended.then(() => false)]))) {
            throw new Error(`The file ${file} could not be locked with \`flock\`, which is part of util-linux.`);
        }
        clearTimeout(waiting);
        return await work();
    } finally {
        clearTimeout(waiting);
        holder.stdin.end();
        await ended;
    }
}

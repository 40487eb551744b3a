import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheFolder } from "./paths";

/**
 * Runs `work` while no other process holds the same lock: a name, or the path of a file. After a second of waiting for
 * the lock, `onWait` is called. The kernel's own lock is used, held by a child whose standard input is a pipe from
 * this process: however this process ends, the pipe closes, the child ends and the lock is free.
 */
export async function withLock<T>(lock: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> {
    const file = path.resolve(cacheFolder, "locks", lock);
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
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

import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheFolder } from "../paths";

/**
 * Does the work while holding the lock of that name, after waiting for whoever holds it. The kernel gives the lock back when
 * this program dies, however it dies: flock(1) holds it for as long as the pipe to its `cat` is open.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
    const file = path.join(cacheFolder, "locks", name);
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const holder = spawn("flock", [file, "sh", "-c", "echo locked && exec cat"], {
        stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = once(holder, "close");
    const locked = await Promise.race([once(holder.stdout, "data").then(() => true), ended.then(() => false)]);
    if (!locked) throw new Error(`The lock ${file} could not be taken; is flock (package util-linux) installed?`);
    try {
        return await work();
    } finally {
        holder.stdin.end();
        await ended;
    }
}

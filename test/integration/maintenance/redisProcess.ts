import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { attempt } from "../../../sandbox/command";
import { ensureDebianPackages } from "../../../sandbox/debian";
import { printProgress } from "../../../sandbox/progress";
import { freePort } from "./freePort";

export interface RedisProcess {
    readonly port: number;
    stop(): Promise<void>;
}

/** Debian's Redis on loopback, without data on disk. */
export async function startRedis(): Promise<RedisProcess> {
    await ensureDebianPackages(["redis-tools"], printProgress);
    const port = await freePort();
    // One executable, whose name decides whether it is the server or the checker.
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", ""];
    const child = spawn("/usr/bin/redis-check-rdb", args, { argv0: "redis-server", stdio: "ignore" });
    const ask = () => attempt(["redis-cli", "-p", String(port), "ping"]);
    for (let tries = 0; (await ask()).stdout.trim() !== "PONG"; tries++) {
        assert.ok(tries < 600 && child.exitCode === null, "Redis does not answer");
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return {
        port,
        async stop() {
            child.kill("SIGKILL");
            await once(child, "exit");
        },
    };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { theSandbox } from "./harness";

/** Starts a program that works on the sandbox's cluster until it is stopped, with its log in the sandbox's folder. */
export function startAgent(name: string, command: readonly string[]): { stop: () => Promise<void> } {
    const log = fs.openSync(path.join(theSandbox().folder, `${name}.log`), "a", 0o600);
    // It ends with this process, however that ends: what is in a node's network would keep that network alive.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", ...command], { stdio: ["ignore", log, log] });
    fs.closeSync(log);
    const ended = once(child, "exit");
    return {
        async stop() {
            child.kill();
            await ended;
        },
    };
}

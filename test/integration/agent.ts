import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { theSandbox } from "./harness";

/** Starts a program for the sandbox's cluster that runs until it is stopped, with its log in the sandbox's directory. */
export function startAgent(name: string, command: readonly string[]): { stop: () => Promise<void> } {
    const log = fs.openSync(path.join(theSandbox().folder, `${name}.log`), "a", 0o600);
    // It exits with this process in any case, because a process in a node's network would keep that network alive.
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

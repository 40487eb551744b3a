import { spawn } from "node:child_process";
import type * as stream from "node:stream";

export interface CommandOptions {
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
    /** Standard input of the command; empty if omitted. */
    readonly input?: string | stream.Readable;
    /** Milliseconds after which the command is killed and counts as failed; no limit if omitted. */
    readonly timeout?: number;
}

export interface CommandResult {
    /** The exit code; 1 if a signal killed the command. */
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** Runs a command, also if it fails. */
export function attempt([file, ...args]: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const { env, cwd, timeout, input = "" } = options;
    return new Promise((resolve, reject) => {
        const child = spawn(file, args, { env, cwd, timeout, stdio: "pipe" });
        const stdout: Buffer[] = [];
        const stderr: Buffer[] = [];
        child.stdout.on("data", (data) => stdout.push(data));
        child.stderr.on("data", (data) => stderr.push(data));
        child.on("error", reject);
        child.on("close", (code, signal) => {
            if (signal === "SIGTERM" && timeout !== undefined) stderr.push(Buffer.from("it took too long"));
            resolve({
                code: code ?? 1,
                stdout: Buffer.concat(stdout).toString(),
                stderr: Buffer.concat(stderr).toString(),
            });
        });
        // A command that exits before it has read everything reports the reason itself.
        child.stdin.on("error", () => undefined);
        if (typeof input === "string") child.stdin.end(input);
        else input.pipe(child.stdin);
    });
}

/** Runs a command, and returns its standard output; throws with its error output if it fails. */
export async function run(command: readonly string[], options: CommandOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await attempt(command, options);
    if (code !== 0)
        throw new Error(`\`${command.join(" ")}\` failed: ${stderr.trim() || stdout.trim() || `exit code ${code}`}`);
    return stdout;
}

/** Runs a command in the user's terminal and returns its exit code. */
export function runInTerminal([file, ...args]: readonly string[], options: CommandOptions = {}): Promise<number> {
    return new Promise((resolve, reject) => {
        const child = spawn(file, args, { cwd: options.cwd, env: options.env, stdio: "inherit" });
        child.on("error", reject);
        child.on("close", (code) => resolve(code ?? 1));
    });
}

import { type ExecFileException, execFile } from "node:child_process";
import type * as stream from "node:stream";

export interface RunOptions {
    /** What the command reads from its standard input; nothing when left out. */
    input?: string | stream.Readable;
    env?: NodeJS.ProcessEnv;
    /** Milliseconds after which the command is ended and counts as failed; no limit when left out. */
    timeout?: number;
}

/** Runs a command to its end and returns what it wrote to standard output; throws a sentence with its last words when it fails. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
    const [file, ...args] = command;
    return new Promise((resolve, reject) => {
        const limits = { env: options.env, timeout: options.timeout, maxBuffer: 64 * 1024 * 1024 };
        const child = execFile(file, args, limits, (error, stdout, stderr) => {
            if (error) reject(new Error(describeFailure(command, error, stderr)));
            else resolve(stdout);
        });
        // A command that ends before it has read everything says why itself.
        child.stdin?.on("error", () => undefined);
        if (options.input === undefined || typeof options.input === "string") child.stdin?.end(options.input);
        else if (child.stdin) options.input.pipe(child.stdin);
    });
}

function describeFailure(command: readonly string[], error: ExecFileException, stderr: string): string {
    const reason = error.killed ? "it took too long" : stderr.trim() || `exit code ${error.code}`;
    return `\`${command.join(" ")}\` failed: ${reason}`;
}

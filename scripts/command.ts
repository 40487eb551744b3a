import { spawn } from "node:child_process";

export interface CommandOptions {
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
    readonly input?: string;
}

export interface CommandResult {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** Runs a command to its end, whatever that is. */
export function attempt(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
        const child = spawn(command[0], command.slice(1), { cwd: options.cwd, env: options.env, stdio: "pipe" });
        const output = { stdout: "", stderr: "" };
        child.stdout.on("data", (data) => (output.stdout += data));
        child.stderr.on("data", (data) => (output.stderr += data));
        child.on("error", reject);
        child.on("close", (code) => resolve({ code: code ?? 1, ...output }));
        child.stdin.on("error", () => {}); // a command that ends early need not read its input
        child.stdin.end(options.input ?? "");
    });
}

/** Runs a command and returns what it printed; throws with what it complained about when it fails. */
export async function run(command: readonly string[], options: CommandOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await attempt(command, options);
    if (code !== 0) throw new Error(`${command.join(" ")} failed (${code}):\n${stderr}${stdout}`);
    return stdout;
}

/** Runs a command in the user's terminal and returns how it ended. */
export function runInTerminal(command: readonly string[], options: CommandOptions = {}): Promise<number> {
    return new Promise((resolve, reject) => {
        const child = spawn(command[0], command.slice(1), { cwd: options.cwd, env: options.env, stdio: "inherit" });
        child.on("error", reject);
        child.on("close", (code) => resolve(code ?? 1));
    });
}

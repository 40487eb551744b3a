import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { createRequire } from "node:module";
import * as path from "node:path";

/** `runtime: { name: nodejs, options: ... }` of Pulumi.yaml, as far as the stand-in honours them. */
export interface RuntimeOptions {
    /** False: the program is JavaScript and nothing is compiled. */
    typescript?: boolean;
    /** Further arguments for node, e.g. `--max-old-space-size=4096`. */
    nodeargs?: string;
    packagemanager?: string;
    /** The tsconfig.json to compile with. */
    tsconfig?: string;
}

/** Exit code of a program that has already told the user what is wrong. */
export const alreadyReported = 32;

const running = new Set<ChildProcess>();

/** Starts a process that does not outlive the language host. */
export function start(command: string, args: string[], options: SpawnOptions): ChildProcess {
    const child = spawn(command, args, options);
    running.add(child);
    child.on("close", () => running.delete(child));
    return child;
}

/** Ends every process that the language host has started and that still runs. */
export function stopAll(): void {
    for (const child of running) child.kill("SIGTERM");
}

process.on("exit", stopAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(0));

/** The script of the Pulumi SDK that a folder's program uses: `run`, `run-plugin` or `run-policy-pack`. */
export function sdkScript(folder: string, script: string): string {
    const require = createRequire(path.join(folder, "index.js"));
    try {
        return require.resolve(`@pulumi/pulumi/cmd/${script}`);
    } catch {
        throw new Error(`@pulumi/pulumi is not installed for ${folder}; run npm install there`);
    }
}

/** Splits arguments at spaces outside of quotes. */
export function splitArguments(text = ""): string[] {
    return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare);
}

export function environment(options: RuntimeOptions, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
        ...process.env,
        ...more,
        ...(options.typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
        ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
    };
}

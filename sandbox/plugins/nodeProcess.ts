import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { createRequire } from "node:module";
import * as path from "node:path";

/** `runtime: { name: nodejs, options: ... }` of Pulumi.yaml. */
export interface RuntimeOptions {
    /** False: the program is JavaScript and nothing is compiled. Defaults to true. */
    typescript?: boolean;
    /** Further arguments for node, e.g. `--max-old-space-size=4096`. */
    nodeargs?: string;
    /** The tsconfig.json to compile with. */
    tsconfig?: string;
}

/** The options, or an error that says which is wrong or not available in the stand-in. */
export function checkOptions(given: Record<string, unknown>): RuntimeOptions {
    const { typescript, nodeargs, tsconfig, packagemanager } = given;
    for (const [name, value, type] of [
        ["typescript", typescript, "boolean"],
        ["nodeargs", nodeargs, "string"],
        ["tsconfig", tsconfig, "string"],
    ] as const) {
        if (value !== undefined && typeof value !== type) throw new Error(`${name} option must be a ${type}`);
    }
    if (packagemanager !== undefined && packagemanager !== "auto" && packagemanager !== "npm") {
        throw new Error(
            `packagemanager option must be auto or npm in the stand-in language host, got "${packagemanager}"`,
        );
    }
    return { typescript, nodeargs, tsconfig } as RuntimeOptions;
}

/** Exit code of a program that has shown the user what is wrong. */
export const alreadyReported = 32;

/** How long an interrupted process may take to end. */
const interruptMilliseconds = 5000;

const running = new Set<ChildProcess>();

/** Starts a process that does not outlive the language host. */
export function start(command: string, args: string[], options: SpawnOptions): ChildProcess {
    const child = spawn(command, args, options);
    running.add(child);
    child.on("close", () => running.delete(child));
    return child;
}

/** The code that a process exits with; -1 if a signal ended it. */
export function exitCode(child: ChildProcess): Promise<number> {
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => resolve(code ?? -1));
    });
}

/** Interrupts every process of the language host, and kills it when that does not end it. */
export function interruptAll(): void {
    for (const child of running) {
        child.kill("SIGINT");
        setTimeout(() => child.kill("SIGKILL"), interruptMilliseconds).unref();
    }
}

process.on("exit", () => {
    for (const child of running) child.kill("SIGTERM");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(0));

/** The script of the Pulumi SDK that a folder's program uses: `run`, `run-plugin` or `run-policy-pack`. */
export function sdkScript(folder: string, script: string, installCommand: string): string {
    const require = createRequire(path.join(folder, "index.js"));
    try {
        return require.resolve(`@pulumi/pulumi/cmd/${script}`);
    } catch {
        throw new Error(`It looks like the Pulumi SDK has not been installed. Have you run ${installCommand}?`);
    }
}

/** Splits arguments at spaces, as a shell does: outside of quotes, and not after a backslash. */
export function splitArguments(text = ""): string[] {
    const words = text.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? [];
    return words.map((word) =>
        word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) =>
            double === undefined ? (single ?? escaped) : double.replace(/\\(["\\])/g, "$1"),
        ),
    );
}

/** The variables by which the SDK learns the options. */
export function optionVariables({ typescript = true, tsconfig }: RuntimeOptions): NodeJS.ProcessEnv {
    return {
        ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
        ...(tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
    };
}

import { spawn } from "node:child_process";
import { type ParseArgsConfig, parseArgs } from "node:util";

/** A wrong command line. The exit code is 2. */
export class CommandLineError extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>["values"];

/** A command of `npx private-registry`. */
export interface Command {
    readonly name: string;
    /** The first line is the syntax, the second one says what it does. */
    readonly help: string;
    /** Runs it with its arguments; returns the exit code. */
    readonly run: (args: readonly string[]) => Promise<number>;
}

/** A command with options, and with as many arguments as its syntax names. */
export function command<O extends Options>(
    name: string,
    help: string,
    options: O,
    operands: readonly string[],
    run: (values: Values<O>, operands: readonly string[]) => Promise<number>,
): Command {
    return {
        name,
        help,
        async run(args) {
            const { values, positionals } = parse(args, options);
            if (positionals.length > operands.length) {
                throw new CommandLineError(`unknown argument "${positionals[operands.length]}"`);
            }
            if (positionals.length < operands.length) {
                throw new CommandLineError(`${operands[positionals.length]} is missing; see \`--help\``);
            }
            return run(values as Values<O>, positionals);
        },
    };
}

function parse(args: readonly string[], options: Options) {
    try {
        return parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (error) {
        throw new CommandLineError((error as Error).message);
    }
}

export interface ProgramResult {
    readonly code: number;
    readonly output: string;
}

/** Runs a program. Its standard output is returned, or shown; its errors are shown. */
export function runProgram(
    program: string,
    args: readonly string[],
    { input = "", output = "return", env = process.env }: ProgramOptions = {},
): Promise<ProgramResult> {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, {
            env,
            stdio: ["pipe", output === "show" ? "inherit" : "pipe", "inherit"],
        });
        const chunks: Buffer[] = [];
        child.stdout?.on("data", (chunk) => chunks.push(chunk));
        child.on("error", (error: NodeJS.ErrnoException) =>
            reject(error.code === "ENOENT" ? new Error(`${program} is not on PATH.`) : error),
        );
        child.on("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
        child.stdin?.on("error", () => undefined);
        child.stdin?.end(input);
    });
}

export interface ProgramOptions {
    readonly input?: string;
    readonly output?: "return" | "show";
    readonly env?: NodeJS.ProcessEnv;
}

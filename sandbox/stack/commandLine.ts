import { type ParseArgsConfig, parseArgs } from "node:util";
import { clearProgress } from "../progress";

const options = {
    stack: { type: "string", default: "dev" },
    name: { type: "string", default: "default" },
    purge: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"];

export type Option = keyof typeof options;

export interface Options {
    readonly stack: string;
    /** The sandbox. */
    readonly name: string;
    readonly purge: boolean;
}

/** Runs a command with some of the options, prints its usage on request, and exits with its exit code, or 2 for an invalid command line. */
export async function runCommand(
    usage: string,
    taken: readonly Option[],
    main: (options: Options) => Promise<number>,
): Promise<void> {
    const parseOptions = Object.fromEntries(
        Object.entries(options).filter(([name]) => [...taken, "help"].includes(name as Option)),
    );
    try {
        const { values } = parseArgs({ options: parseOptions });
        if (values.help) console.log(usage);
        process.exitCode = values.help ? 0 : await main({ stack: "dev", name: "default", purge: false, ...values });
    } catch (error) {
        clearProgress();
        console.error((error as Error).message);
        // Other running work, such as a build, stops with this process.
        process.exit(String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS") ? 2 : 1);
    }
}

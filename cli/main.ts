#!/usr/bin/env node
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { describe, Remedy, repairOf } from "./repair";

const usage = `npx private-registry repair [--stack <name>] [--config-file <file>] [--dry-run]

Repairs the state of a stack after Pulumi was killed, e.g. by a CI system's time limit. It asks nothing, and prints what it does:
- Kubernetes objects whose creation was interrupted are taken into the state if they exist, found by their names.
- Other interrupted operations are removed, because the next \`pulumi up\` repeats them without harm.
- Pull secrets and patches of service accounts that are gone, e.g. with their namespace, are removed from the state.
The cluster must be reachable. Otherwise the state stays as it is. Nothing in the cluster is changed.

Run it in the directory of the Pulumi project, with the environment of \`pulumi up\`. Then run \`pulumi up\`.

  --stack <name>        the stack; defaults to the selected one
  --config-file <file>  as for \`pulumi up\`; defaults to Pulumi.<name>.yaml
  --dry-run             print only what would be done
  --help                this text`;

class CommandLineError extends Error {}

interface Options {
    readonly stack?: string;
    readonly configFile?: string;
    readonly isDryRun: boolean;
}

/** The options, or undefined if help was requested. */
function parse(args: readonly string[]): Options | undefined {
    const options = {
        stack: { type: "string" },
        "config-file": { type: "string" },
        "dry-run": { type: "boolean" },
        help: { type: "boolean" },
    } as const;
    let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
    try {
        parsed = parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (error) {
        throw new CommandLineError((error as Error).message);
    }
    const { values, positionals } = parsed;
    if (values.help || args.length === 0) return undefined;
    const [command, ...others] = positionals;
    if (command !== "repair") throw new CommandLineError(`unknown command "${command ?? ""}"; the only one is repair`);
    if (others.length > 0) throw new CommandLineError(`unknown argument "${others[0]}"`);
    return {
        stack: values.stack,
        configFile: values["config-file"],
        isDryRun: values["dry-run"] === true,
    };
}

async function repair({ stack, configFile, isDryRun }: Options): Promise<number> {
    const ofStack = stack === undefined ? [] : ["--stack", stack];
    const before = await pulumi(["stack", "export", ...ofStack]);
    if (before.code !== 0) return before.code;
    const plan = repairOf(JSON.parse(before.output));
    const lines = describe(plan);
    if (lines.length === 0) {
        console.log("There is nothing to repair.");
        return 0;
    }
    console.log(lines.join("\n"));
    if (isDryRun) return 0;
    const adopted = plan.operations.filter(({ remedy }) => remedy === Remedy.Adopt).map(({ urn }) => urn);
    const targets = [...adopted, ...plan.inOtherNamespaces];
    const load = (text: string) => pulumi(["stack", "import", ...ofStack], text);
    const loaded = await load(JSON.stringify(plan.stack));
    if (loaded.code !== 0 || targets.length === 0) return loaded.code;
    const refresh = ["refresh", "--yes", "--skip-preview", "--non-interactive", "--suppress-outputs"];
    const withFile = configFile === undefined ? [] : ["--config-file", configFile];
    const targeted = targets.flatMap((urn) => ["--target", urn]);
    const refreshed = await pulumi([...refresh, ...ofStack, ...withFile, ...targeted], "", "show");
    if (refreshed.code !== 0) {
        const restored = await load(before.output);
        console.error(
            restored.code === 0
                ? "The state is as it was before, because the cluster could not be asked."
                : "The state has objects that may not exist, because the cluster could not be asked. Run `pulumi refresh`.",
        );
    }
    return refreshed.code;
}

/** Runs the Pulumi command line. Its standard output is returned, or shown; its errors are shown. */
function pulumi(args: readonly string[], input = "", output: "return" | "show" = "return") {
    // With this variable, the provider takes all objects of a cluster that it cannot reach for deleted.
    const { PULUMI_K8S_DELETE_UNREACHABLE: _ignored, ...env } = process.env;
    return new Promise<{ code: number; output: string }>((resolve, reject) => {
        const child = spawn("pulumi", args, {
            env,
            stdio: ["pipe", output === "show" ? "inherit" : "pipe", "inherit"],
        });
        const chunks: Buffer[] = [];
        child.stdout?.on("data", (chunk) => chunks.push(chunk));
        child.on("error", reject);
        child.on("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
        child.stdin?.on("error", () => undefined);
        child.stdin?.end(input);
    });
}

async function main(): Promise<number> {
    const options = parse(process.argv.slice(2));
    if (options === undefined) {
        console.log(usage);
        return 0;
    }
    return repair(options);
}

main().then(
    (code) => {
        process.exitCode = code;
    },
    (error) => {
        const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
        console.error(isMissing ? "The Pulumi command line is not on PATH." : (error as Error).message);
        process.exitCode = error instanceof CommandLineError ? 2 : 1;
    },
);

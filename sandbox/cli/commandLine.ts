import { parseArgs } from "node:util";

export const usage = `Usage: npm run sandbox -- COMMAND [OPTIONS]

  up [--nodes 2]           start the sandbox: a Kubernetes cluster with a separate Pulumi environment
  down [--purge]           stop all that runs; with --purge remove its data too: images, volumes, keys, Pulumi state
  status                   show what runs and what is on the disk
  env                      print export lines: eval "$(npm run -s sandbox -- env)"
  kubectl ...              run kubectl against the sandbox
  pulumi ...               run pulumi in the repository with the sandbox's state and plugins
  logs PART [-f]           show the log of a part, such as kubelet; -f goes on, --node 2 is the second node's

  --name NAME              another sandbox than "default"; before kubectl and pulumi: --name NAME kubectl ...
  --help                   show this`;

/** A parsed command line. */
export type Invocation = { name: string } & (
    | { command: "help" | "status" | "env" }
    | { command: "up"; nodes?: 1 | 2 }
    | { command: "down"; purge: boolean }
    | { command: "kubectl" | "pulumi"; args: string[] }
    | { command: "logs"; part: string; follow: boolean; node: number }
);

/** An invalid command line; the message says why. */
export class CommandLineError extends Error {}

const options = {
    name: { type: "string" },
    nodes: { type: "string" },
    purge: { type: "boolean" },
    node: { type: "string" },
    follow: { type: "boolean", short: "f" },
    help: { type: "boolean", short: "h" },
} as const;

type Option = keyof typeof options;

/** The options of each command, in addition to --name. */
const allowed: Record<string, Option[]> = {
    up: ["nodes"],
    down: ["purge"],
    status: [],
    env: [],
    logs: ["node", "follow"],
};

export function parseCommandLine(words: readonly string[]): Invocation {
    const foreign = parseForeignCommand(words);
    if (foreign) return foreign;
    const { values, positionals } = parse(words);
    const name = values.name ?? "default";
    if (values.help || words.length === 0) return { command: "help", name };
    const [command, ...rest] = positionals;
    if (command === undefined) throw wrong("A command is missing");
    const allowedOptions = Object.hasOwn(allowed, command) ? allowed[command] : undefined;
    if (!allowedOptions) throw wrong(`There is no command "${command}"`);
    const strange = (Object.keys(values) as Option[]).find(
        (option) => option !== "name" && !allowedOptions.includes(option),
    );
    if (strange) throw wrong(`"${command}" has no option --${strange}`);
    const most = command === "logs" ? 1 : 0;
    if (rest.length > most) throw wrong(`"${command}" does not know what to do with "${rest[most]}"`);

    switch (command) {
        case "up":
            return { command, name, nodes: values.nodes === undefined ? undefined : nodeNumber("nodes", values.nodes) };
        case "down":
            return { command, name, purge: values.purge ?? false };
        case "logs": {
            if (rest.length === 0) throw wrong("logs needs the name of a part, such as kubelet");
            const node = nodeNumber("node", values.node ?? "1");
            return { command, name, part: rest[0], follow: values.follow ?? false, node };
        }
        default:
            return { command: command === "env" ? "env" : "status", name };
    }
}

/** kubectl and pulumi parse their own options, so only the options before the command are parsed here. */
function parseForeignCommand(words: readonly string[]): Invocation | undefined {
    const at = words[0] === "--name" ? 2 : words[0]?.startsWith("--name=") ? 1 : 0;
    const command = words[at];
    if (command !== "kubectl" && command !== "pulumi") return undefined;
    return { command, name: parse(words.slice(0, at)).values.name ?? "default", args: words.slice(at + 1) };
}

function parse(words: readonly string[]) {
    try {
        return parseArgs({ args: [...words], options, allowPositionals: true });
    } catch (error) {
        // The first sentence is the error. The others explain how to pass a file name that begins with a dash.
        throw wrong((error as Error).message.split(". ")[0]);
    }
}

function nodeNumber(option: Option, value: string): 1 | 2 {
    if (value !== "1" && value !== "2") throw wrong(`--${option} is "${value}" but must be 1 or 2`);
    return value === "1" ? 1 : 2;
}

function wrong(problem: string): CommandLineError {
    return new CommandLineError(`${problem}; \`npm run sandbox -- --help\` shows what there is.`);
}

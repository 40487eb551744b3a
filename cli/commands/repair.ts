import { command, runProgram } from "../command";
import { describe, Remedy, repairOf } from "../repair";

const help = `npx private-registry repair [--stack <name>] [--config-file <file>] [--dry-run]
Repairs the state of a stack after Pulumi was killed, e.g. by a CI system's time limit. It asks nothing, and prints what it does:
- Kubernetes objects whose creation was interrupted are taken into the state if they exist, found by their names.
- Other interrupted operations are removed, because the next \`pulumi up\` repeats them without harm.
- Pull secrets and patches of service accounts that are gone, e.g. with their namespace, are removed from the state.
The cluster must be reachable. Otherwise the state stays as it is. Nothing in the cluster is changed.

Run it in the directory of the Pulumi project, with the environment of \`pulumi up\`. Then run \`pulumi up\`.

  --stack <name>        the stack; defaults to the selected one
  --config-file <file>  as for \`pulumi up\`; defaults to Pulumi.<name>.yaml
  --dry-run             print only what would be done`;

const options = {
    stack: { type: "string" },
    "config-file": { type: "string" },
    "dry-run": { type: "boolean" },
} as const;

export const repairCommand = command("repair", help, options, [], (values) =>
    repair({ stack: values.stack, configFile: values["config-file"], isDryRun: values["dry-run"] === true }),
);

interface RepairOptions {
    readonly stack?: string;
    readonly configFile?: string;
    readonly isDryRun: boolean;
}

async function repair({ stack, configFile, isDryRun }: RepairOptions): Promise<number> {
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

function pulumi(args: readonly string[], input = "", output: "return" | "show" = "return") {
    // With this variable, the provider takes all objects of a cluster that it cannot reach for deleted.
    const { PULUMI_K8S_DELETE_UNREACHABLE: _ignored, ...env } = process.env;
    return runProgram("pulumi", args, { input, output, env });
}

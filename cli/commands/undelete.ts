import { CommandLineError, command } from "../command";
import { clusterHelp, clusterOptions } from "../kubectl";
import { runJob } from "../maintenanceJob";

const help = `npx private-registry undelete <repository>[:<tag>|@<digest>] [--namespace <name>] [--registry <name>] [--context <name>]
Brings back what was deleted: a tag, a manifest, or all tags of a repository that do not exist any more. It must have existed at the last
run of \`maintenance\` before it was deleted, and be deleted for less than \`keepDeleted\`. It needs kubectl.

${clusterHelp}`;

const pattern = /^[a-z0-9][a-z0-9._/-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@[a-z0-9]+:[0-9a-f]{32,})?$/;

export const undeleteCommand = command(
    "undelete",
    help,
    clusterOptions,
    ["<repository>[:<tag>|@<digest>]"],
    (values, [reference]) => {
        if (!pattern.test(reference)) {
            const example = "write it without the registry's host, e.g. team/app:1.2 or team/app@sha256:<64 digits>";
            throw new CommandLineError(`"${reference}" is not a repository, a tag or a digest; ${example}`);
        }
        return runJob(values, ["undelete", reference]);
    },
);

import { CommandLineError, command } from "../command";
import { clusterHelp, clusterOptions } from "../kubectl";
import { runJob } from "../maintenanceJob";

const help = `npx private-registry collect [--confirm <number>] [--namespace <name>] [--registry <name>] [--context <name>]
Collects garbage now, as the schedule of \`maintenance\` does, and shows the log. It needs kubectl.

  --confirm <number>    collect even if more than half of all blobs would go; the number is in the error of the former run
${clusterHelp}`;

const options = { confirm: { type: "string" }, ...clusterOptions } as const;

export const collectCommand = command("collect", help, options, [], (values) => {
    const { confirm, ...cluster } = values;
    if (confirm !== undefined && !/^[1-9]\d*$/.test(confirm)) {
        throw new CommandLineError(`--confirm must be the number in the error of the former run, not "${confirm}"`);
    }
    return runJob(cluster, ["collect"], confirm === undefined ? {} : { CONFIRM: confirm });
});

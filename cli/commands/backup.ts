import { CommandLineError, command } from "../command";
import { clusterHelp, clusterOptions } from "../kubectl";
import { runJob } from "../maintenanceJob";

const help = `npx private-registry backup [--confirm <number>] [--namespace <name>] [--registry <name>] [--context <name>]
Backs the registry up now, as \`maintenance.backup\` does after each scheduled run, and shows the log. It needs kubectl.

  --confirm <number>    write the snapshot even if it has less than half of the last one's tags; the number is in the error of the former run
${clusterHelp}`;

const options = { confirm: { type: "string" }, ...clusterOptions } as const;

export const backupCommand = command("backup", help, options, [], (values) => {
    const { confirm, ...cluster } = values;
    if (confirm !== undefined && !/^\d+$/.test(confirm)) {
        throw new CommandLineError(`--confirm must be the number in the error of the former run, not "${confirm}"`);
    }
    return runJob(cluster, ["backup"], confirm === undefined ? {} : { CONFIRM: confirm });
});

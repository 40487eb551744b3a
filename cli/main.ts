#!/usr/bin/env node
import { type Command, CommandLineError } from "./command";
import { backupCommand } from "./commands/backup";
import { collectCommand } from "./commands/collect";
import { pruneBackupCommand } from "./commands/pruneBackup";
import { repairCommand } from "./commands/repair";
import { statusCommand } from "./commands/status";
import { undeleteCommand } from "./commands/undelete";

const commands: readonly Command[] = [
    statusCommand,
    collectCommand,
    undeleteCommand,
    backupCommand,
    pruneBackupCommand,
    repairCommand,
];

async function main(args: readonly string[]): Promise<number> {
    const [name, ...others] = args;
    const chosen = commands.find((command) => command.name === name);
    if (args.length === 0 || args.includes("--help")) {
        console.log((chosen ? [chosen] : commands).map(({ help }) => help).join("\n\n\n"));
        return 0;
    }
    if (chosen === undefined) {
        const known = commands.map((command) => command.name).join(", ");
        throw new CommandLineError(`unknown command "${name}"; use one of ${known}`);
    }
    return chosen.run(others);
}

main(process.argv.slice(2)).then(
    (code) => {
        process.exitCode = code;
    },
    (error) => {
        console.error((error as Error).message);
        process.exitCode = error instanceof CommandLineError ? 2 : 1;
    },
);

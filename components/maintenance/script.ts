import { shellScript } from "../kubernetes/shellScript";

/** The shell script of all maintenance Jobs. Its first argument is the command. */
export function maintenanceScript(): string {
    const backup = ["backup/bucket.sh", "backup/backup.sh", "backup/prove.sh"];
    const functions = scripts("storage.sh", "retain.sh", "collect.sh", "undelete.sh", ...backup);
    return functions + decideFunction() + scripts("maintenance.sh");
}

/** The shell script that deletes what a backup does not need any more. */
export function pruneScript(): string {
    return scripts("storage.sh", "backup/bucket.sh", "backup/prune.sh");
}

function scripts(...files: string[]): string {
    return files.map((file) => shellScript(__dirname, file)).join("");
}

/** The shell function `decide`, whose arguments are the time, `trustTimesFrom` and the files of the lists. */
export function decideFunction(): string {
    const program = shellScript(__dirname, "decide.awk").replaceAll("'", String.raw`'\''`);
    const lists = ["rules", "inUse", "children", "tags"].map((list, i) => `list=${list} "$${i + 3}"`);
    return `decide() {\nLC_ALL=C awk -v now="$1" -v trustTimesFrom="$2" '${program}' ${lists.join(" ")}\n}\n`;
}

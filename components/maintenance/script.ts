import { shellScript } from "../kubernetes/shellScript";

/** The shell script of all maintenance Jobs. Its first argument is the command. */
export function maintenanceScript(): string {
    const parts = ["storage.sh", "collect.sh", "undelete.sh", "maintenance.sh"];
    return parts.map((part) => shellScript(__dirname, part)).join("");
}

import * as path from "node:path";
import { shellScript } from "../kubernetes/shellScript";

const maintenance = path.join(__dirname, "../maintenance");

/** The shell script of the Job. */
export function restoreScript(): string {
    return [
        shellScript(maintenance, "storage.sh"),
        shellScript(path.join(maintenance, "backup"), "bucket.sh"),
        shellScript(__dirname, "restore.sh"),
    ].join("");
}

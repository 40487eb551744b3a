import { readFileSync } from "node:fs";
import * as path from "node:path";

/** The text of a shell script that lies beside this file and runs in a pod. */
export function script(fileName: string): string {
    return readFileSync(path.join(__dirname, fileName), "utf8");
}

import { readFileSync } from "node:fs";
import * as path from "node:path";

/** The text of a shell script that lies beside this file and runs in a pod. */
export function shellScript(folder: string, fileName: string): string {
    return readFileSync(path.join(folder, fileName), "utf8");
}

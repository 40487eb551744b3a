import { readFileSync } from "node:fs";
import * as path from "node:path";

/** The content of a shell script that runs in a pod. `folder` is the `__dirname` of the file that uses it. */
export function shellScript(folder: string, fileName: string): string {
    return readFileSync(path.join(folder, fileName), "utf8");
}

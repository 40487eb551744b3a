import { readFileSync } from "node:fs";
import * as path from "node:path";

/**
 * A shell script as it runs in a pod or on a machine: without its comments and blank lines, so that another wording of a comment
 * changes no resource. A comment has a line to itself, and no text in the script has a line that begins with `#`. `folder` is the
 * `__dirname` of the file that uses the script.
 */
export function shellScript(folder: string, fileName: string): string {
    return readFileSync(path.join(folder, fileName), "utf8").replace(/^[ \t]*(#.*)?\n/gm, "");
}

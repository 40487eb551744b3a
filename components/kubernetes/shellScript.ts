import { readFileSync } from "node:fs";
import * as path from "node:path";

/**
 * The content of a shell script, without comments and blank lines, so that a changed comment changes no resource. Comments must be on
 * separate lines, and no string in the script may contain a line that begins with `#`. `folder` is the `__dirname` of the caller.
 */
export function shellScript(folder: string, fileName: string): string {
    return readFileSync(path.join(folder, fileName), "utf8").replace(/^[ \t]*(#.*)?\n/gm, "");
}

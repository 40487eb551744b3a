import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** What an entrypoint script would run with these arguments, as a user who is not root. */
export function entrypointRuns(script: string, given: readonly string[]): string[] {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-contracts-"));
    try {
        const file = path.join(folder, "entrypoint.sh");
        // Its last line would replace the shell by the program.
        fs.writeFileSync(file, script.replace(/^exec "\$@"$/m, `printf '%s\\n' "$@"`));
        return execFileSync("/bin/sh", [file, ...given], { encoding: "utf8" })
            .trimEnd()
            .split("\n");
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}

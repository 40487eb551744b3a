import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { repositoryRoot } from "../../sandbox/paths";

/** Copies what a clone would have of the files that are here now, after `npm ci` and the build, and returns the new folder. */
export function copyWorkTree(): string {
    const copy = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-copy-"));
    const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
        cwd: repositoryRoot,
        encoding: "utf8",
    });
    const files = listed.split("\n").filter((file) => file !== "" && file !== "node_modules");
    for (const file of [...files, "dist"]) {
        const source = path.join(repositoryRoot, file);
        // What is deleted but not committed is listed too.
        if (!fs.existsSync(source)) continue;
        fs.cpSync(source, path.join(copy, file), { recursive: true, preserveTimestamps: true });
    }
    fs.symlinkSync(fs.realpathSync(path.join(repositoryRoot, "node_modules")), path.join(copy, "node_modules"));
    return copy;
}

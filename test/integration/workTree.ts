import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { repositoryRoot } from "../../sandbox/paths";

/** Copies the current files as a clone would contain them after `npm ci` and the build, and returns the new directory. */
export function copyWorkTree(): string {
    const copy = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-copy-"));
    const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
        cwd: repositoryRoot,
        encoding: "utf8",
    });
    const files = listed.split("\n").filter((file) => file !== "" && file !== "node_modules");
    for (const file of [...files, "dist"]) {
        const source = path.join(repositoryRoot, file);
        // The list includes files that are deleted but not committed.
        if (!fs.existsSync(source)) continue;
        fs.cpSync(source, path.join(copy, file), { recursive: true, preserveTimestamps: true });
    }
    fs.symlinkSync(fs.realpathSync(path.join(repositoryRoot, "node_modules")), path.join(copy, "node_modules"));
    return copy;
}

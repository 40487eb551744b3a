import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { attempt, run } from "../../sandbox/command";
import { repositoryRoot } from "../../sandbox/paths";
import { firstCommit } from "../upgrade/allowedChanges";

/** The last release, or the commit from which names in Pulumi's state are stable; UPGRADE_FROM sets another commit. */
export async function previousCommit(): Promise<string> {
    if (process.env.UPGRADE_FROM) return process.env.UPGRADE_FROM;
    const git = ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"];
    const { code, stdout } = await attempt(git, { cwd: repositoryRoot });
    return code === 0 ? stdout.trim() : firstCommit;
}

/** The program of a commit, compiled against this commit's packages: only what Pulumi runs. */
export async function checkOut(commit: string, folder: string): Promise<void> {
    const archive = path.join(folder, "program.tar");
    const { code, stderr } = await attempt(["git", "archive", "--output", archive, commit], { cwd: repositoryRoot });
    assert.equal(code, 0, `${commit} is not in this clone; fetch the whole history: ${stderr}`);
    await run(["tar", "-x", "-f", archive, "-C", folder]);
    fs.symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(folder, "node_modules"));
    const project = { extends: "./tsconfig.build.json", files: ["index.ts"], include: [] };
    fs.writeFileSync(path.join(folder, "tsconfig.program.json"), JSON.stringify(project));
    await run(["node", "node_modules/typescript/bin/tsc", "-p", "tsconfig.program.json"], { cwd: folder });
    const components = path.join(folder, "components");
    fs.cpSync(components, path.join(folder, "dist", "components"), {
        recursive: true,
        filter: (file) => fs.statSync(file).isDirectory() || file.endsWith(".sh"),
    });
    fs.writeFileSync(path.join(folder, "program.js"), 'module.exports = require("./dist/index.js");\n');
}

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../../sandbox/command";
import { repositoryRoot } from "../../../sandbox/paths";

/** A directory for projects that have installed the packed package with npm, like users. */
export interface InstalledPackage {
    readonly folder: string;
    remove(): void;
}

/**
 * Packs the package and installs the tarball. Its dependencies come from the npm registry. Its peers, of which a program has
 * one copy each, are those of this repository, in the parent directory: they are large, and installing them proves nothing.
 */
export async function installTarball(): Promise<InstalledPackage> {
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-package-"));
    const folder = path.join(work, "projects");
    fs.mkdirSync(folder);
    fs.symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(work, "node_modules"));
    // The build that `prepare` would run already exists, and other processes are reading it.
    const packed = await run(["npm", "pack", "--json", "--ignore-scripts", "--pack-destination", work], {
        cwd: repositoryRoot,
    });
    const [{ filename }] = JSON.parse(packed);
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "projects", private: true }));
    const install = ["npm", "install", "--legacy-peer-deps", "--prefer-offline", "--no-audit", "--no-fund"];
    await run([...install, path.join(work, filename)], { cwd: folder });
    return { folder, remove: () => fs.rmSync(work, { recursive: true, force: true }) };
}

/** Copies an example next to the installed package, as a separate project. */
export function copyExample(installed: InstalledPackage, name: string): string {
    const target = path.join(installed.folder, name);
    fs.cpSync(path.join(repositoryRoot, "examples", name), target, {
        recursive: true,
        filter: (file) => path.basename(file) !== "node_modules",
    });
    return target;
}

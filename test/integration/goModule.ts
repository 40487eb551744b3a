import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../sandbox/command";
import { repositoryRoot } from "../../sandbox/paths";

/** The directory of a Go module's files, in the version that a sandbox tool is built from. */
export async function goModuleFolder(tool: string, module: string): Promise<string> {
    const cwd = path.join(repositoryRoot, "sandbox", "toolchain", tool);
    return JSON.parse(await run(["go", "mod", "download", "-json", module], { env: process.env, cwd })).Dir;
}

/** The directory of a Go module's files in another version, e.g. `example.com/module@v1.2.3`. `sum` is its hash, as in go.sum. */
export async function otherGoModuleFolder(module: string, sum: string): Promise<string> {
    // Outside a module, and without Go's checksum database, which the hash replaces.
    const env = { ...process.env, GOFLAGS: "-mod=mod", GONOSUMDB: "*", GOWORK: "off" };
    const download = JSON.parse(await run(["go", "mod", "download", "-json", module], { env, cwd: os.tmpdir() }));
    if (download.Sum !== sum) throw new Error(`${module} has the hash ${download.Sum}, not ${sum}`);
    return download.Dir;
}

import * as path from "node:path";
import { run } from "../../sandbox/command";
import { repositoryRoot } from "../../sandbox/paths";

/** The directory of a Go module's files, in the version that a sandbox tool is built from. */
export async function goModuleFolder(tool: string, module: string): Promise<string> {
    const cwd = path.join(repositoryRoot, "sandbox", "toolchain", tool);
    return JSON.parse(await run(["go", "mod", "download", "-json", module], { env: process.env, cwd })).Dir;
}

import * as fs from "node:fs";
import * as path from "node:path";
import { link } from "../../../sandbox/pulumi";
import type { Sandbox } from "../../../sandbox/sandbox";

/** Puts a tool on the sandbox's PATH, unless there is one with that name. */
export function linkTool(sandbox: Sandbox, executable: string): void {
    const place = path.join(sandbox.folder, "bin", path.basename(executable));
    if (!fs.existsSync(place)) link(executable, place);
}

import * as fs from "node:fs";
import * as path from "node:path";
import { nodeFolder, sandboxFolder } from "../cluster/settings";

/** The log of a node's component since its last start, also if the node is down; the error lists the components. */
export function logFile(name: string, part: string, node: number): string {
    const folder = path.join(nodeFolder(sandboxFolder(name), node), "log");
    if (!fs.existsSync(folder))
        throw new Error(`node${node} of the sandbox "${name}" was never started, so it has no logs.`);
    const parts = fs.readdirSync(folder).map((file) => path.basename(file, ".log"));
    if (!parts.includes(part))
        throw new Error(`node${node} has no part "${part}"; there are ${parts.sort().join(", ")}.`);
    return path.join(folder, `${part}.log`);
}

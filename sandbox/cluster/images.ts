import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "../command";
import type { Cluster } from "./cluster";
import { enterNode } from "./node";
import type { NodePlan } from "./plan";
import { nodeFolder } from "./settings";
import { waitUntil } from "./waiting";

/**
 * Loads image archives into a node's containerd, which may still be starting. Archives that were loaded before cost
 * nothing: containerd keeps images over restarts.
 */
export async function loadImages(cluster: Cluster, node: NodePlan, archives: readonly string[]): Promise<void> {
    const loaded = path.join(nodeFolder(cluster.folder, node.number), "loaded-images");
    fs.mkdirSync(loaded, { recursive: true, mode: 0o700 });
    const digests = new Map(
        await Promise.all(archives.map(async (archive) => [await digest(archive), archive] as const)),
    );
    const missing = [...digests].filter(([sha256]) => !fs.existsSync(path.join(loaded, sha256)));
    if (missing.length === 0) return;

    const ctr = [...enterNode(cluster, node, true), path.join(cluster.folder, "bin", "ctr"), "--namespace", "k8s.io"];
    const answers = () =>
        run([...ctr, "version"]).then(
            () => true,
            () => false,
        );
    await waitUntil(
        answers,
        30,
        () => `containerd does not answer on ${node.name}; \`npm run sandbox -- logs containerd\` says why.`,
    );
    await Promise.all(
        missing.map(async ([sha256, archive]) => {
            await run([...ctr, "images", "import", "-"], { input: fs.createReadStream(archive) });
            fs.writeFileSync(path.join(loaded, sha256), `${archive}\n`);
        }),
    );
}

async function digest(file: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(fs.createReadStream(file), hash);
    return hash.digest("hex");
}

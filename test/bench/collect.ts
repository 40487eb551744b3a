import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Progress } from "../../sandbox/progress";
import { image } from "../integration/maintenance/client";
import { digestOf } from "../integration/maintenance/digest";
import { onVolume, RegistryProcess } from "../integration/maintenance/registryProcess";
import type { Figure } from "./figure";
import { seconds } from "./measured";

const collected = 5_000;
/** Images that stay: each has a manifest, a config and four layers, so that they are more than half of all blobs. */
const kept = 1_000;

/** A run that moves 5,000 of 11,000 blobs on a volume, without the wait for uploads. */
export async function measureCollection(progress: Progress): Promise<Figure> {
    const registry = await RegistryProcess.start(onVolume);
    try {
        progress(`Writing ${kept} images and ${collected} blobs that no image needs`);
        const repositories = path.join("repositories", "team");
        const write = (file: string, content: Buffer | string) => {
            const target = path.join(registry.storage.path, "docker/registry/v2", file);
            fs.mkdirSync(path.dirname(target), { recursive: true });
            fs.writeFileSync(target, content);
        };
        const inFolders = (digest: string) => digest.replace(":", "/");
        const writeBlob = (blob: Buffer) => {
            const [algorithm, hex] = digestOf(blob).split(":");
            write(path.join("blobs", algorithm, hex.slice(0, 2), hex, "data"), blob);
        };
        for (let i = 0; i < kept; i++) {
            const { content, digest, blobs } = image(Array.from({ length: 4 }, () => randomBytes(1000)));
            const repository = path.join(repositories, `app-${i % 20}`);
            for (const blob of [content, ...blobs]) writeBlob(blob);
            for (const blob of blobs) {
                write(path.join(repository, "_layers", inFolders(digestOf(blob)), "link"), digestOf(blob));
            }
            const manifests = path.join(repository, "_manifests");
            write(path.join(manifests, "revisions", inFolders(digest), "link"), digest);
            write(path.join(manifests, "tags", `v${i}`, "index", inFolders(digest), "link"), digest);
            write(path.join(manifests, "tags", `v${i}`, "current", "link"), digest);
        }
        for (let i = 0; i < collected; i++) writeBlob(randomBytes(1000));
        progress("Collecting garbage");
        let moved = 0;
        const measured = await seconds(async () => {
            const { report } = await registry.maintain(["collect"], { env: { WAIT: "0" } });
            moved = report.movedBlobs;
        });
        if (moved !== collected) throw new Error(`${moved} blobs were moved instead of ${collected}`);
        const detail = `${kept} images stay; without the wait of 60 s for uploads`;
        return { title: `collection of ${collected} blobs on a volume`, limit: 15, measured, unit: "s", detail };
    } finally {
        await registry.stop();
    }
}

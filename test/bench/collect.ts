import { randomBytes } from "node:crypto";
import type { Progress } from "../../sandbox/progress";
import { onVolume, RegistryProcess } from "../integration/maintenance/registryProcess";
import type { Figure } from "./figure";
import { seconds } from "./measured";
import { writeBlob, writeImages } from "./storedImages";

const collected = 5_000;
/** Images that stay: each has a manifest, a config and four layers, so that they are more than half of all blobs. */
const kept = 1_000;

/** A run that moves 5,000 of 11,000 blobs on a volume, without the wait for uploads. */
export async function measureCollection(progress: Progress): Promise<Figure> {
    const registry = await RegistryProcess.start(onVolume);
    try {
        progress(`Writing ${kept} images and ${collected} blobs that no image needs`);
        writeImages(registry, kept, 4);
        for (let i = 0; i < collected; i++) writeBlob(registry, randomBytes(1000));
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

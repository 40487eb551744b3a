import * as fs from "node:fs";
import * as path from "node:path";
import type { Progress } from "../../sandbox/progress";
import { startBackupBucket } from "../integration/maintenance/backupBucket";
import { onVolume, RegistryProcess } from "../integration/maintenance/registryProcess";
import type { Figure } from "./figure";
import { seconds } from "./measured";
import { writeImages } from "./storedImages";

const images = 1_000;
const blobs = 5 * images;

/** A backup of a volume to a MinIO that has all blobs already, with the check of one seventh of them. */
export async function measureBackup(progress: Progress): Promise<Figure> {
    const bucket = await startBackupBucket();
    const registry = await RegistryProcess.start(onVolume);
    try {
        progress(`Writing ${images} images, and backing them up`);
        writeImages(registry, images, 3);
        const proof = path.join(registry.folder, "proof");
        fs.mkdirSync(proof);
        const env = { ...bucket.env, BACKUP_ID: "0123456789abcdef", PROOF: proof, PROOF_LIMIT: "1000000000" };
        const { backup: first } = await registry.maintain(["backup"], { env });
        if (first.copiedBlobs !== blobs) throw new Error(`${first.copiedBlobs} blobs were copied instead of ${blobs}`);
        progress("Backing up again");
        let checked = 0;
        const measured = await seconds(async () => {
            const { backup } = await registry.maintain(["backup"], { env });
            if (backup.copiedBlobs !== 0) throw new Error(`${backup.copiedBlobs} unchanged blobs were copied`);
            checked = backup.checkedBlobs;
        });
        const detail = `${images} images on a volume; ${checked} blobs were read`;
        return { title: `backup of ${blobs} unchanged blobs`, limit: 10, measured, unit: "s", detail };
    } finally {
        await registry.stop();
        await bucket.stop();
    }
}

import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { image } from "../integration/maintenance/client";
import { blobPath, digestOf } from "../integration/maintenance/digest";
import type { RegistryProcess } from "../integration/maintenance/registryProcess";

/** Writes images to a registry's volume, as a push would, in 20 repositories. Each has a manifest, a config and these layers of 1000 bytes. */
export function writeImages(registry: RegistryProcess, count: number, layers: number): void {
    for (let i = 0; i < count; i++) {
        const { content, digest, blobs } = image(Array.from({ length: layers }, () => randomBytes(1000)));
        const repository = path.join("repositories/team", `app-${i % 20}`);
        for (const blob of [content, ...blobs]) writeBlob(registry, blob);
        for (const blob of blobs) {
            write(registry, path.join(repository, "_layers", inFolders(digestOf(blob)), "link"), digestOf(blob));
        }
        const manifests = path.join(repository, "_manifests");
        write(registry, path.join(manifests, "revisions", inFolders(digest), "link"), digest);
        write(registry, path.join(manifests, "tags", `v${i}`, "index", inFolders(digest), "link"), digest);
        write(registry, path.join(manifests, "tags", `v${i}`, "current", "link"), digest);
    }
}

export function writeBlob(registry: RegistryProcess, blob: Buffer): void {
    write(registry, path.relative("docker/registry/v2", blobPath(digestOf(blob))), blob);
}

function write(registry: RegistryProcess, file: string, content: Buffer | string): void {
    const target = path.join(registry.storage.path, "docker/registry/v2", file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, content);
}

const inFolders = (digest: string) => digest.replace(":", "/");

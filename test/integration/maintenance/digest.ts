import { createHash } from "node:crypto";

export function digestOf(content: Buffer, algorithm: "sha256" | "sha512" = "sha256"): string {
    return `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
}

/** Where a blob is below the root directory of a registry or a backup. */
export function blobPath(digest: string): string {
    const [algorithm, hex] = digest.split(":");
    return `docker/registry/v2/blobs/${algorithm}/${hex.slice(0, 2)}/${hex}/data`;
}

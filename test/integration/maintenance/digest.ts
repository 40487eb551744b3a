import { createHash } from "node:crypto";

export function digestOf(content: Buffer, algorithm: "sha256" | "sha512" = "sha256"): string {
    return `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
}

import { createHash } from "node:crypto";

/** The identifier of a key or a request: SHA-1 of its DER form, from which the official provider trims white space as from a string. */
export function identifierOf(der: Buffer): string {
    const trimmed = der.toString("latin1").replace(/[\t-\r ]+$/, "");
    return createHash("sha1").update(trimmed, "latin1").digest("hex");
}

import { isDeepStrictEqual } from "node:util";

/** What the engine sends and keeps for a resource: a JSON object. */
export type Properties = { [key: string]: unknown };

/** How the engine writes a value that is not known during a preview; it has one such string per type of value. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknownStrings = new Set([
    UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
    "030794c1-ac77-496b-92df-f27374a8bd58", // asset
    "e48ece36-62e2-4504-bad9-02848725956a", // archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export function isObject(value: unknown): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True when the value, or anything inside it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
    if (typeof value === "string") return unknownStrings.has(value);
    if (Array.isArray(value)) return value.some(hasUnknown);
    return isObject(value) && Object.values(value).some(hasUnknown);
}

/** Marks a value as secret, in the form that the engine understands. */
export function secret(value: unknown): Properties {
    return { [signatureKey]: secretSignature, value };
}

/** Equal whatever the order of keys. */
export function same(one: unknown, other: unknown): boolean {
    return isDeepStrictEqual(one, other);
}

/** A copy made of JSON only: keys without a value are gone. */
export function plainCopy<T>(value: T): T {
    return JSON.parse(JSON.stringify(value)) as T;
}

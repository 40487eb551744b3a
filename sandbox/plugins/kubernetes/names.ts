import * as crypto from "node:crypto";
import { at, type Properties, textAt } from "../values";

/** Marks an object whose name was made here, so that it keeps that name and is not replaced before its successor exists. */
export const autonamed = "pulumi.com/autonamed";

/** A name for an object that the program does not name: `<logical name>-<8 hexadecimal digits>`. */
export function autoName(prefix: string, seed: Uint8Array): string {
    const bytes =
        seed.length > 0 ? crypto.createHash("sha256").update(seed).update(prefix).digest() : crypto.randomBytes(4);
    return prefix + bytes.toString("hex").slice(0, 8);
}

/** The name that the same resource was given by an earlier update, if it was. */
export function earlierAutoName(olds: Properties): string | undefined {
    return isAutonamed(olds) ? textAt(olds, "metadata.name") : undefined;
}

export function isAutonamed(object: Properties): boolean {
    return annotation(object, autonamed) === "true";
}

/** An annotation's value; dots in its name are part of it. */
export function annotation(object: Properties, key: string): string | undefined {
    const annotations = at(object, "metadata.annotations") as Properties | undefined;
    const value = annotations?.[key];
    return typeof value === "string" ? value : undefined;
}

/** A resource's id: `namespace/name`, or the name alone for what belongs to no namespace. */
export function idOf(object: Properties): string {
    const namespace = textAt(object, "metadata.namespace");
    const name = textAt(object, "metadata.name") ?? "";
    return namespace ? `${namespace}/${name}` : name;
}

export function parseId(id: string): { namespace?: string; name: string } {
    const slash = id.indexOf("/");
    return slash < 0 ? { name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

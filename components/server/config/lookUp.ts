import * as pulumi from "@pulumi/pulumi";

/** The result of `lookUp` at or below an Output. */
export const notYetKnown = Symbol("known at deploy time");

const isLater = (value: unknown) => pulumi.Output.isInstance(value) || value instanceof Promise;

export function isSection(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value) && !isLater(value);
}

/** The value at a path of free-form settings: undefined if it is not set, null if a null at or above it removes it. */
export function lookUp(settings: unknown, path: string): unknown {
    let value = settings;
    for (const key of path.split(".")) {
        if (isLater(value)) return notYetKnown;
        if (value === null) return null;
        value = isSection(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    }
    return isLater(value) ? notYetKnown : value;
}

/** A path as in messages, e.g. `config.notifications.endpoints[0].url`. */
export function writtenPath(root: string, path: readonly (string | number)[]): string {
    return path.reduce<string>((text, key) => text + (typeof key === "number" ? `[${key}]` : `.${key}`), root);
}

/** A value in free-form settings, and its path. */
export interface Found {
    readonly path: string;
    readonly value: pulumi.Input<unknown>;
}

/** Every value at a path in which `*` is each enabled element of a list. Below an Output, it is one Output of a list of values. */
export function everyValue(settings: unknown, path: string, at: string): Found[] {
    return collect(settings, path.split("."), at);
}

function collect(value: unknown, keys: readonly string[], at: string): Found[] {
    if (isLater(value)) {
        const values = pulumi
            .output(value)
            .apply((known: unknown) => collect(known, keys, at).map((found) => found.value));
        return [{ path: at, value: values }];
    }
    if (value === undefined || value === null) return [];
    const [key, ...rest] = keys;
    if (key === undefined) return [{ path: at, value }];
    if (key === "*") {
        const items = Array.isArray(value) ? value : [];
        return items.flatMap((item, i) =>
            isSection(item) && item.disabled === true ? [] : collect(item, rest, `${at}[${i}]`),
        );
    }
    return isSection(value) && Object.hasOwn(value, key) ? collect(value[key], rest, `${at}.${key}`) : [];
}

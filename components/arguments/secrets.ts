import type { SecretKey, Shape } from "./shapes";

/** A secret argument of an object in the arguments, and the stack configuration values that can set it. */
export interface SecretArgument {
    readonly path: readonly (string | number)[];
    /** Names of the configuration values that can set it. The first one that exists is used. */
    readonly keys: readonly string[];
    readonly file?: string;
}

/** The secret arguments of all objects in a value that has not been validated. */
export function secretArguments(shape: Shape, value: unknown, path: (string | number)[] = []): SecretArgument[] {
    if (shape.kind === "list" && Array.isArray(value)) {
        return value.flatMap((item, i) => secretArguments(shape.item, item, [...path, i]));
    }
    if (shape.kind !== "object" || typeof value !== "object" || value === null) return [];
    const object = value as Record<string, unknown>;
    return Object.entries(shape.fields).flatMap(([name, field]) => {
        const at = [...path, name];
        if (field.kind !== "value" || !field.secret) return secretArguments(field, object[name], at);
        return [{ path: at, keys: keysOf(field.secret, object.name), file: field.secret.file }];
    });
}

function keysOf({ key, shared }: SecretKey, name: unknown): string[] {
    const own = key.includes(namePlace) && typeof name !== "string" ? [] : [key.replace(namePlace, String(name))];
    return shared === undefined ? own : [...own, shared];
}

const namePlace = "<name>";

/** An object, or a list of objects, with a secret argument. */
export interface SecretPlace {
    /** E.g. `tls.pem` or `users`. */
    readonly path: string;
    readonly key: SecretKey;
}

/** All paths at which a secret argument is possible. */
export function secretPlaces(shape: Shape, path: string[] = []): SecretPlace[] {
    if (shape.kind === "list") return secretPlaces(shape.item, path);
    if (shape.kind !== "object") return [];
    return Object.entries(shape.fields).flatMap(([name, field]) =>
        field.kind === "value" && field.secret
            ? [{ path: path.join("."), key: field.secret }]
            : secretPlaces(field, [...path, name]),
    );
}

/** The name of the list item that a configuration value sets; undefined if it sets no item at this path. */
export function itemNamed(key: string, place: SecretPlace): string | undefined {
    const [prefix, ...rest] = place.key.key.split(namePlace);
    return rest.length > 0 && key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

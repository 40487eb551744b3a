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

type Path = readonly (string | number)[];

/** Configuration values that set secrets in a free-form argument. */
export interface FreeFormSecrets {
    /** Path of the argument, e.g. `config`. */
    readonly path: readonly string[];
    readonly prefix: string;
}

/** All free-form arguments that can contain secrets. */
export function freeFormSecrets(shape: Shape, path: readonly string[] = []): FreeFormSecrets[] {
    if (shape.kind === "value" && shape.secretPrefix !== undefined) return [{ path, prefix: shape.secretPrefix }];
    if (shape.kind !== "object") return [];
    return Object.entries(shape.fields).flatMap(([name, field]) => freeFormSecrets(field, [...path, name]));
}

/**
 * The path in a free-form value that a key names, e.g. `notifications.endpoints.team.url`. An element of a list is named by its field
 * `name`, or by its index. If the path does not exist, the part up to the list or value that ends it.
 */
export function pathNamed(value: unknown, key: string): { readonly path: Path; readonly missing?: string } {
    let inner = value;
    const path: (string | number)[] = [];
    for (const part of key.split(".")) {
        if (Array.isArray(inner)) {
            const named = inner.findIndex((item) => item?.name === part);
            const index = named === -1 && /^\d+$/.test(part) ? Number(part) : named;
            if (index < 0 || index >= inner.length) return { path, missing: part };
            path.push(index);
            inner = inner[index];
            continue;
        }
        if (part === "" || (inner !== undefined && inner !== null && typeof inner !== "object")) {
            return { path, missing: part };
        }
        path.push(part);
        inner = (inner as Record<string, unknown> | undefined | null)?.[part];
    }
    return { path };
}

/** The key of a path in a free-form value: the reverse of `pathNamed`. */
export function keyOfPath(value: unknown, path: Path): string {
    let inner = value as Record<string | number, unknown> | undefined;
    const parts = path.map((key) => {
        inner = inner?.[key] as typeof inner;
        return typeof key === "number" && typeof inner?.name === "string" ? inner.name : String(key);
    });
    return parts.join(".");
}

/** A secret in a free-form value: JSON becomes the object or list that it describes, and an HTTP header a list of values. */
export function parsedSecret(path: Path, text: string): unknown {
    const isHeader = path.at(-2) === "headers";
    if (/^\s*[{[]/.test(text)) {
        try {
            return JSON.parse(text);
        } catch {
            // A password that begins like JSON.
        }
    }
    return isHeader ? [text] : text;
}

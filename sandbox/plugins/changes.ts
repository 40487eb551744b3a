import { isObject, type Properties, same } from "./values";

/** One difference between two sets of inputs, with its path. */
export interface Change {
    /** As the engine writes paths: `spec.template.spec.containers[0].image`, `data["tls.crt"]`. */
    path: string;
    kind: "add" | "delete" | "update";
}

function join(path: string, key: string): string {
    if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
    return path === "" ? key : `${path}.${key}`;
}

function between(path: string, old: unknown, now: unknown): Change[] {
    if (same(old, now)) return [];
    if (old === undefined) return [{ path, kind: "add" }];
    if (now === undefined) return [{ path, kind: "delete" }];
    if (isObject(old) && isObject(now)) return changes(old, now, path);
    if (Array.isArray(old) && Array.isArray(now)) {
        const length = Math.max(old.length, now.length);
        return Array.from({ length }, (_, i) => between(`${path}[${i}]`, old[i], now[i])).flat();
    }
    return [{ path, kind: "update" }];
}

/** Every leaf that differs between the old and the new inputs. */
export function changes(old: Properties, now: Properties, path = ""): Change[] {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    return keys.flatMap((key) => between(join(path, key), old[key], now[key]));
}

/** Whether a path is equal to a prefix or below it: `spec.selector.matchLabels.app` is below `spec.selector`. */
export function isUnder(path: string, prefix: string): boolean {
    return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

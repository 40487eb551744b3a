import { isSection } from "./lookUp";

/** Fields of config.yml that hold secrets, by the ends of their names. */
const secretName =
    /(password|passwd|secret|secretkey|accesskeysecret|accountkey|connectionstring|private_key|token|authorization|cookie|api-?key|auth-key)$/i;

/** A user name with a password in a URL. */
const loginInUrl = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

const isText = (value: unknown) => typeof value === "string" && value !== "";

/** The paths of strings in free-form settings that are probably secret, by the names of their fields or a login in a URL. */
export function secretPaths(settings: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
    if (!isSection(settings) && !Array.isArray(settings)) return [];
    return Object.entries(settings).flatMap(([key, inner]) => {
        const below = [...path, Array.isArray(settings) ? Number(key) : key];
        const values: unknown[] = Array.isArray(inner) ? inner : [inner];
        const isNamed = !Array.isArray(settings) && secretName.test(key);
        const isSecret = values.some((one) => isText(one) && (isNamed || loginInUrl.test(String(one))));
        return isSecret ? [below] : secretPaths(inner, below);
    });
}

/**
 * The value, or nothing when it is an empty list or map. The API server keeps nothing of an empty one, which some versions of the
 * provider take for a change at every `pulumi up`.
 */
export function unlessEmpty<T extends object>(value: T | undefined): T | undefined {
    return value !== undefined && Object.keys(value).length > 0 ? value : undefined;
}

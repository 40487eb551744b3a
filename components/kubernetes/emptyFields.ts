/**
 * The value, or undefined if it is an empty list or map. The API server drops empty ones, which some versions of the provider report as
 * a change at every `pulumi up`.
 */
export function unlessEmpty<T extends object>(value: T | undefined): T | undefined {
    return value !== undefined && Object.keys(value).length > 0 ? value : undefined;
}

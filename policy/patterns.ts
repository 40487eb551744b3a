/** Whether a name matches one of the patterns. `*` matches any characters, and an empty list allows everything. */
export function isAllowed(name: string, patterns: readonly string[]): boolean {
    return patterns.length === 0 || isListed(name, patterns);
}

/** Whether a name matches one of the patterns. */
export function isListed(name: string, patterns: readonly string[]): boolean {
    return patterns.some((pattern) => toExpression(pattern).test(name));
}

function toExpression(pattern: string): RegExp {
    const parts = pattern.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`);
}

/** Whether a name is one of the allowed; `*` stands for any characters, and no pattern at all allows everything. */
export function isAllowed(name: string, patterns: readonly string[]): boolean {
    return patterns.length === 0 || patterns.some((pattern) => toExpression(pattern).test(name));
}

function toExpression(pattern: string): RegExp {
    const parts = pattern.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`);
}

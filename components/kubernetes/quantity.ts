/** The factor of each suffix of a Kubernetes quantity, in billionths, the smallest amount that Kubernetes represents. */
const billionths: Readonly<Record<string, bigint>> = {
    m: 10n ** 6n,
    "": 10n ** 9n,
    ...powers(["k", "M", "G", "T", "P", "E"], 1000n),
    ...powers(["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"], 1024n),
};

function powers(suffixes: readonly string[], base: bigint): Record<string, bigint> {
    return Object.fromEntries(suffixes.map((suffix, i) => [suffix, 10n ** 9n * base ** BigInt(i + 1)]));
}

/** Whether a valid quantity is less than another one. */
export function isBelow(quantity: string, other: string): boolean {
    return amount(quantity) < amount(other);
}

function amount(quantity: string): bigint {
    const [, whole, decimals = "", suffix] = /^(\d+)(?:\.(\d+))?([A-Za-z]*)$/.exec(quantity) ?? [];
    return (BigInt(whole + decimals) * billionths[suffix]) / 10n ** BigInt(decimals.length);
}

const suffixes: Record<string, bigint> = {
    n: 1n,
    u: 1000n,
    m: 1_000_000n,
    "": 10n ** 9n,
    k: 10n ** 12n,
    M: 10n ** 15n,
    G: 10n ** 18n,
    T: 10n ** 21n,
    P: 10n ** 24n,
    E: 10n ** 27n,
    Ki: 2n ** 10n * 10n ** 9n,
    Mi: 2n ** 20n * 10n ** 9n,
    Gi: 2n ** 30n * 10n ** 9n,
    Ti: 2n ** 40n * 10n ** 9n,
    Pi: 2n ** 50n * 10n ** 9n,
    Ei: 2n ** 60n * 10n ** 9n,
};

/** A quantity such as `500m`, `0.5`, `1e3` or `1.5Gi` in billionths; undefined for what is none. */
function billionths(quantity: unknown): bigint | undefined {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2})|(n|u|m|k|M|G|T|P|E|[KMGTPE]i)?)$/.exec(
        String(quantity),
    );
    if (!match || !(match[2] || match[3])) return undefined;
    const [, sign, whole, fraction = "", exponent, suffix = ""] = match;
    const digits = BigInt((whole || "0") + fraction);
    const power = 10n ** BigInt(Math.abs(Number(exponent ?? 0)));
    const scaled = digits * (exponent?.startsWith("-") ? suffixes[suffix] / power : suffixes[suffix] * power);
    return ((sign === "-" ? -1n : 1n) * scaled) / 10n ** BigInt(fraction.length);
}

/** True for two ways of writing one amount: the server keeps `1000m` as `1` and `0.5` as `500m`. */
export function sameQuantity(one: unknown, other: unknown): boolean {
    const amount = billionths(one);
    return amount !== undefined && amount === billionths(other);
}

import type * as pulumi from "@pulumi/pulumi";
import { type Rule, valueRule } from "./shapes";

/** The factor of each suffix of a Kubernetes quantity, in billionths, the smallest amount that Kubernetes represents. */
const billionths: Readonly<Record<string, bigint>> = {
    n: 1n,
    u: 10n ** 3n,
    m: 10n ** 6n,
    "": 10n ** 9n,
    ...powers(["k", "M", "G", "T", "P", "E"], 1000n),
    ...powers(["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"], 1024n),
};

function powers(suffixes: readonly string[], base: bigint): Record<string, bigint> {
    return Object.fromEntries(suffixes.map((suffix, i) => [suffix, 10n ** 9n * base ** BigInt(i + 1)]));
}

/** The largest amount that Kubernetes represents. */
const largest = (2n ** 63n - 1n) * billionths[""];

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/;

/**
 * The amount of a quantity in billionths, rounded up, as Kubernetes parses it; undefined if it is not a quantity. `1E` is an exabyte,
 * and `1E3` a thousand.
 * https://github.com/kubernetes/apimachinery/blob/v0.35.8/pkg/api/resource/quantity.go
 */
export function amountOf(quantity: string): bigint | undefined {
    const [, sign, whole, decimals = "", suffix = "", exponent = "0"] = form.exec(quantity) ?? [];
    if (whole === undefined || whole + decimals === "") return undefined;
    const shift = BigInt(exponent) - BigInt(decimals.length);
    const amount = BigInt(whole + decimals) * billionths[suffix] * 10n ** (shift > 0n ? shift : 0n);
    const divisor = 10n ** (shift < 0n ? -shift : 0n);
    const rounded = (amount + divisor - 1n) / divisor;
    if (rounded > largest) return undefined;
    return sign === "-" ? -rounded : rounded;
}

/** Whether a quantity is less than another one; false if one of them is not a quantity. */
export function isBelow(quantity: string, other: string): boolean {
    const [amount, limit] = [amountOf(quantity), amountOf(other)];
    return amount !== undefined && limit !== undefined && amount < limit;
}

/** A quantity in MiB, rounded down; 0 if it is not a quantity. */
export function mebibytes(quantity: string): number {
    return Number((amountOf(quantity) ?? 0n) / billionths.Mi);
}

type QuantityRule = Rule<pulumi.Input<string>>;

const longest = 30;

/** A smaller amount of bytes is a missing or a wrong unit. */
const leastBytes = "1Mi";

/** Whether it is a quantity that is not negative, and has none of the suffixes. */
function isQuantity(value: unknown, without?: RegExp): value is string {
    return (
        typeof value === "string" &&
        value.length <= longest &&
        !without?.test(value) &&
        !isBelow(value, "0") &&
        amountOf(value) !== undefined
    );
}

const isZero = (value: string) => amountOf(value) === 0n;

/** A byte has no fractions: `512m` is half a byte. */
const isBytes = (value: unknown) => isQuantity(value, /[num]$/) && !isBelow(value, leastBytes);

/** No machine has a thousand cores. */
const isCores = (value: unknown) => isQuantity(value, /([kMGTPE]|i)$/);

function quantityRule(
    sentence: string,
    isRight: (value: unknown) => boolean,
    guess: (value: string) => string | undefined,
): QuantityRule {
    return valueRule(
        (value) => (isRight(value) ? undefined : `must be ${sentence}`),
        (value) => {
            if (typeof value === "number" && isRight(String(value))) return `write it in quotes, \`"${value}"\``;
            const guesses = guess(String(value))?.split(" ").filter(isRight) ?? [];
            return guesses.length === 0
                ? undefined
                : `did you mean ${guesses.map((one) => `\`${one}\``).join(" or ")}?`;
        },
    );
}

/** The quantities of bytes that were probably meant: with a wrong unit such as `m`, `MB` or `gb`, or without a unit. */
function guessBytes(value: string): string | undefined {
    const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgtpe])i?(?:b|bytes?)?)?\s*$/i.exec(value) ?? [];
    if (number === undefined) return undefined;
    return unit === undefined ? `${number}Mi ${number}Gi` : `${number}${unit.toUpperCase()}i`;
}

/** The quantity of cores that was probably meant, e.g. for `500M` or `2 cores`. */
function guessCores(value: string): string | undefined {
    const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(mi?|m?cpus?|m?cores?|vcpus?|millicores?)\s*$/i.exec(value) ?? [];
    return number === undefined ? undefined : `${number}${/^m/i.test(unit) ? "m" : ""}`;
}

/** Size of a volume. */
export const size: QuantityRule = quantityRule(
    `a Kubernetes quantity of bytes, at least \`${leastBytes}\`, e.g. \`10Gi\``,
    isBytes,
    guessBytes,
);

/** Memory that is reserved. */
export const memoryRequest: QuantityRule = quantityRule(
    `a Kubernetes quantity of bytes, 0 or at least \`${leastBytes}\`, e.g. \`512Mi\``,
    (value) => isBytes(value) || (isQuantity(value) && isZero(value)),
    guessBytes,
);

/** Maximum memory, or `none`. Kubernetes takes 0 for no limit, too. */
export const memoryLimit: QuantityRule = quantityRule(
    `a Kubernetes quantity of bytes, at least \`${leastBytes}\`, e.g. \`512Mi\`, or \`none\` for no limit`,
    (value) => value === "none" || isBytes(value),
    guessBytes,
);

/** CPU cores that are reserved. */
export const cpuRequest: QuantityRule = quantityRule(
    "a Kubernetes quantity of CPU cores, e.g. `500m` or `2`",
    isCores,
    guessCores,
);

/** Maximum of CPU cores, or `none`. Kubernetes takes 0 for no limit, too. */
export const cpuLimit: QuantityRule = quantityRule(
    "a Kubernetes quantity of CPU cores above 0, e.g. `500m` or `2`, or `none` for no limit",
    (value) => value === "none" || (isCores(value) && !isZero(value as string)),
    guessCores,
);

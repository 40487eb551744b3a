import { contextTag, elements, inner } from "./der";
import { addressBytes } from "./hostNames";

/** The names that an authority may sign certificates for. Only DNS names and IP addresses are read. */
export interface NameConstraints {
    readonly permitted: Subtrees;
    readonly excluded: Subtrees;
    /** Whether Go knows all kinds of names in it. */
    readonly isUnderstood: boolean;
}

interface Subtrees {
    readonly domains: readonly string[];
    /** Address and mask, of 4 or 16 bytes each. */
    readonly ranges: readonly Buffer[];
}

export function nameConstraints(value: Buffer | undefined): NameConstraints | undefined {
    if (value === undefined) return undefined;
    const all = inner(value);
    const basesOf = (number: number) =>
        all
            .filter(({ tag }) => tag === contextTag(number, true))
            .flatMap(({ content }) => elements(content).map((subtree) => elements(subtree.content)[0]));
    const read = (number: number): Subtrees => {
        const ofKind = (kind: number) => basesOf(number).filter(({ tag }) => tag === contextTag(kind, false));
        return {
            domains: ofKind(2).map(({ content }) => content.toString("latin1").toLowerCase()),
            ranges: ofKind(7).map(({ content }) => content),
        };
    };
    const kinds = [1, 2, 6, 7].map((kind) => contextTag(kind, false));
    const isUnderstood = [...basesOf(0), ...basesOf(1)].every(({ tag }) => kinds.includes(tag));
    return { permitted: read(0), excluded: read(1), isUnderstood };
}

/** The first name of a certificate that its issuer may not sign for; undefined if there is none. */
export function forbiddenName(
    { permitted, excluded }: NameConstraints,
    { dnsNames, ipAddresses }: { readonly dnsNames: readonly string[]; readonly ipAddresses: readonly string[] },
): string | undefined {
    const isForbiddenDomain = (name: string) =>
        !isDomain(name) ||
        (permitted.domains.length > 0 && !permitted.domains.some((domain) => isBelow(name, domain))) ||
        excluded.domains.some((domain) => isBelow(name, domain) || wildcardIncludes(name, domain));
    const isForbiddenAddress = (address: string) => {
        const ofFamily = permitted.ranges.length > 0 && !permitted.ranges.some((range) => isInRange(address, range));
        return ofFamily || excluded.ranges.some((range) => isInRange(address, range));
    };
    return dnsNames.find(isForbiddenDomain) ?? ipAddresses.find(isForbiddenAddress);
}

/** A domain with a leading dot does not include itself. */
function isBelow(given: string, domain: string): boolean {
    const name = given.toLowerCase();
    if (domain === "") return true;
    return name === domain || name.endsWith(domain.startsWith(".") ? domain : `.${domain}`);
}

/** Go compares no name with a constraint that has an empty label. */
function isDomain(name: string): boolean {
    return name === "" || name.split(".").every((label) => /^[!-~]+$/.test(label));
}

/** Whether a wildcard stands for an excluded domain among others. */
function wildcardIncludes(name: string, domain: string): boolean {
    const parent = (full: string) => (full.includes(".") ? full.slice(full.indexOf(".")) : undefined);
    return name.startsWith("*") && parent(domain) !== undefined && parent(name.toLowerCase()) === parent(domain);
}

function isInRange(address: string, range: Buffer): boolean {
    const half = range.length / 2;
    const bytes = address.includes(":") ? addressBytes(address) : addressBytes(address).subarray(12);
    return bytes.length === half && bytes.every((byte, i) => (byte & range[half + i]) === (range[i] & range[half + i]));
}

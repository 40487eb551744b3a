import { BlockList, isIP } from "node:net";
import type * as asn1 from "@peculiar/asn1-x509";

/** The names that an authority may sign certificates for. Only DNS names and IP addresses are read. */
export interface NameConstraints {
    readonly permitted: Subtrees;
    readonly excluded: Subtrees;
    /** Whether Go knows all kinds of names in it. */
    readonly isUnderstood: boolean;
}

interface Subtrees {
    readonly domains: readonly string[];
    /** E.g. `10.0.0.0/8`. */
    readonly ranges: readonly string[];
}

export function nameConstraints(value: asn1.NameConstraints | undefined): NameConstraints | undefined {
    if (value === undefined) return undefined;
    const [permitted, excluded] = [value.permittedSubtrees, value.excludedSubtrees].map((trees = []) =>
        trees.map(({ base }) => base),
    );
    const read = (bases: readonly asn1.GeneralName[]): Subtrees => ({
        domains: bases.flatMap(({ dNSName }) => dNSName?.toLowerCase() ?? []),
        ranges: bases.flatMap(({ iPAddress }) => iPAddress ?? []),
    });
    const isUnderstood = [...permitted, ...excluded].every(isKnownName);
    return { permitted: read(permitted), excluded: read(excluded), isUnderstood };
}

/** Whether Go knows this kind of name: e-mail, DNS, URI or IP address. */
export function isKnownName({ rfc822Name, dNSName, uniformResourceIdentifier, iPAddress }: asn1.GeneralName): boolean {
    return [rfc822Name, dNSName, uniformResourceIdentifier, iPAddress].some((name) => name !== undefined);
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

function isInRange(address: string, range: string): boolean {
    const [base, length] = range.split("/");
    if (isIP(base) !== isIP(address) || length === undefined) return false;
    const family = isIP(base) === 4 ? "ipv4" : "ipv6";
    const list = new BlockList();
    list.addSubnet(base, Number(length), family);
    return list.check(address, family);
}

import { isIP } from "node:net";

/** A host name or an IP address, without its port and without the brackets of an IPv6 address. */
export function withoutPort(host: string): string {
    return /^\[([^\]]*)\](:\d+)?$/.exec(host)?.[1] ?? (isIP(host) ? host : host.replace(/:\d+$/, ""));
}

/**
 * Whether a DNS name in a certificate covers a host, as Go decides it: `*` stands for exactly the first label. Case is ignored.
 * https://pkg.go.dev/crypto/x509#Certificate.VerifyHostname
 */
export function nameCovers(pattern: string, host: string): boolean {
    const [wanted, given] = [host, pattern].map((name) => name.toLowerCase());
    if (!isHostName(wanted.replace(/\.$/, ""), false) || !isHostName(given, true)) {
        return given === wanted && given !== "" && given !== ".";
    }
    const labels = given.split(".");
    const wantedLabels = wanted.replace(/\.$/, "").split(".");
    return (
        labels.length === wantedLabels.length &&
        labels.every((label, i) => label === wantedLabels[i] || (i === 0 && label === "*"))
    );
}

function isHostName(name: string, isPattern: boolean): boolean {
    if (name === "*") return false;
    return name
        .split(".")
        .every((label, i) => (isPattern && i === 0 && label === "*") || /^[a-z0-9_][a-z0-9_-]*$/i.test(label));
}

/** Whether one of the DNS names or IP addresses covers a host, which may have a port. */
export function namesCover(names: { dnsNames: readonly string[]; ipAddresses: readonly string[] }, host: string) {
    const name = withoutPort(host);
    if (isIP(name) === 0) return names.dnsNames.some((pattern) => nameCovers(pattern, name));
    const wanted = addressBytes(name);
    return names.ipAddresses.some((address) => isIP(address) !== 0 && addressBytes(address).equals(wanted));
}

/** The 16 bytes of an IP address, an IPv4 address as one that is mapped to IPv6. */
export function addressBytes(address: string): Buffer {
    const hasDots = address.includes(".");
    const [head, ipv4] = hasDots
        ? [address.slice(0, address.lastIndexOf(":") + 1), address.split(":").pop()]
        : [address];
    const tail = ipv4?.split(".").map(Number) ?? [];
    if (hasDots && head === "") return Buffer.from([...Array(10).fill(0), 0xff, 0xff, ...tail]);
    const bytesOf = (part: string) =>
        part
            .split(":")
            .filter((group) => group !== "")
            .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
    const [before, after] = head.includes("::") ? head.split("::") : [head, ""];
    const [left, right] = [bytesOf(before), [...bytesOf(after), ...tail]];
    return Buffer.from([...left, ...Array(Math.max(0, 16 - left.length - right.length)).fill(0), ...right]);
}

import { valueRule } from "../arguments/shapes";

/** The costs that the policy `bcrypt-cost` accepts. */
const [lowestCost, highestCost] = [5, 10];

/**
 * A bcrypt hash as Go's x/crypto/bcrypt compares it, which ignores the letter in the prefix. Hashes with `$2x$` are of other passwords.
 * The 31 characters of the checksum encode 23 bytes, so two bits of the last one are always zero.
 * https://github.com/golang/crypto/blob/v0.57.0/bcrypt/bcrypt.go
 */
const bcryptHash = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{52}[.CGKOSWaeimquy26]$/;

/** The beginning of a password's hash in the formats of htpasswd, crypt(3) and PHP, optionally after a user name and a colon. */
const anyHash =
    /^([^\s:]+:)?(\$(2[abxy]?\$\d\d|apr1|1|5|6|7|y|gy|md5|sha1|argon2(i|d|id)|scrypt|bcrypt-sha256|pbkdf2[\w-]*)\$\S{20}|\{S?SHA\d*\}[\w+/]{20})/;

/** Whether a string is the hash of a password, or lines of an htpasswd file. */
export function isHash(value: string): boolean {
    return anyHash.test(value.trim());
}

/** A bcrypt hash, with any white space around it: `htpasswd -n` prints empty lines after the hash. */
export const passwordHash = valueRule<string>((value) => {
    const hash = typeof value === "string" ? value.trim() : "";
    const cost = bcryptHash.exec(hash)?.[1];
    if (cost === undefined) return `must be a bcrypt hash ${reasonAgainstHash(hash)}`;
    if (Number(cost) >= lowestCost && Number(cost) <= highestCost) return undefined;
    return `has bcrypt cost ${Number(cost)}, which must be ${lowestCost} to ${highestCost}: ${reasonAgainstCost(Number(cost))}; make a new one, e.g. with \`htpasswd -nB -C 10 <name>\``;
});

function reasonAgainstHash(hash: string): string {
    if (/^[^\s:]+:\$2[aby]\$/.test(hash)) return "without the user name; remove what is before the `$`";
    if (isHash(hash) && !/^\$2[aby]\$/.test(hash)) {
        return "and not another kind of hash; make a new one, e.g. with `htpasswd -nB <name>`";
    }
    return "of 60 characters that begins with `$2y$`, `$2b$` or `$2a$`; copy what `htpasswd -nB <name>` prints after the colon, and quote it in a shell";
}

function reasonAgainstCost(cost: number): string {
    return cost < lowestCost ? "a leaked hash would be too easy to break" : "every request to the registry pays it";
}

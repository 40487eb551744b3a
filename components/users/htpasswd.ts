import * as bcrypt from "bcryptjs";

/** bcrypt ignores the bytes of a password after this many. */
export const longestPassword = 72;

/** A password with this many bits of entropy resists brute force, however fast the hash is. */
const unguessableBits = 100;

/**
 * The bcrypt cost, an exponent of two. The registry checks the password on every request without a cache, so every request pays it:
 * 5, about 2 ms, for a password that resists brute force, and 10, about 50 ms, for a weaker one. The registry also spends a cost of 5
 * on unknown users, so response times do not reveal which users exist.
 * https://github.com/distribution/distribution/blob/v3.1.2/registry/auth/htpasswd/htpasswd.go
 */
export function bcryptCost(password: string): number {
    return bitsOf(password) >= unguessableBits ? 5 : 10;
}

/** An upper bound of a password's entropy in bits: its length, with the distinct characters that it uses as the alphabet. */
function bitsOf(password: string): number {
    const characters = [...password];
    return characters.length * Math.log2(Math.max(1, new Set(characters).size));
}

/** One line of an htpasswd file. The salt, 16 bytes, is a parameter, so that the line is reproducible. */
export function htpasswdLine(username: string, password: string, salt: Buffer): string {
    const cost = String(bcryptCost(password)).padStart(2, "0");
    return `${username}:${bcrypt.hashSync(password, `$2b$${cost}$${bcrypt.encodeBase64(salt, 16)}`)}`;
}

import * as bcrypt from "bcryptjs";

/** bcrypt reads no further than this many bytes of a password. */
export const longestPassword = 72;

/** A password of this many bits cannot be found by trying, however fast the hash is. */
const unguessableBits = 100;

/**
 * How much bcrypt should slow an attacker down, as the exponent of two. The registry checks the password on every request
 * and remembers nothing, so the cost is paid all the time: 5, about 2 ms, for a password nobody can guess, and 10, about
 * 50 ms, for one that somebody might. 5 is also what the registry spends on unknown users, which hides who exists.
 * https://github.com/distribution/distribution/blob/v3.1.2/registry/auth/htpasswd/htpasswd.go
 */
export function bcryptCost(password: string): number {
    return bitsOf(password) >= unguessableBits ? 5 : 10;
}

/** An upper bound of a password's entropy: each character is one of the distinct ones it uses. */
function bitsOf(password: string): number {
    const characters = [...password];
    return characters.length * Math.log2(Math.max(1, new Set(characters).size));
}

/** One line of an htpasswd file. The salt, 16 bytes, is given and not drawn, so that the line is always the same. */
export function htpasswdLine(username: string, password: string, salt: Buffer): string {
    const cost = String(bcryptCost(password)).padStart(2, "0");
    return `${username}:${bcrypt.hashSync(password, `$2b$${cost}$${bcrypt.encodeBase64(salt, 16)}`)}`;
}

/** An upper bound of a password's entropy in bits, from its length and the number of different characters. */
export function bitsOf(password: string): number {
    const characters = [...password];
    return characters.length * Math.log2(Math.max(1, new Set(characters).size));
}

/** A password of this many bits withstands brute force, however fast its hash is. */
export const unguessableBits = 100;

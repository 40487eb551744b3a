/** An upper bound of a password's entropy in bits: each character is one of the distinct ones that it uses. */
export function bitsOf(password: string): number {
    const characters = [...password];
    return characters.length * Math.log2(Math.max(1, new Set(characters).size));
}

/** A password of this many bits cannot be found by trying, however fast its hash is. */
export const unguessableBits = 100;

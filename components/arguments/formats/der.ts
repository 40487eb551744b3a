/** A value in DER, the binary format of certificates. */
export interface Element {
    readonly tag: number;
    readonly content: Buffer;
    /** With its tag and its length. */
    readonly raw: Buffer;
}

export const derTag = {
    boolean: 1,
    integer: 2,
    bitString: 3,
    octetString: 4,
    null: 5,
    oid: 6,
    sequence: 0x30,
} as const;

/** The tag of a context-specific element, e.g. `[0]`, with elements in it or with a plain value. */
export const contextTag = (number: number, isConstructed: boolean) => (isConstructed ? 0xa0 : 0x80) + number;

/** The elements that follow each other in these bytes. Throws a RangeError if the bytes are not DER. */
export function elements(bytes: Buffer): Element[] {
    const found: Element[] = [];
    for (let at = 0; at < bytes.length; ) {
        const first = bytes.readUInt8(at + 1);
        const lengthBytes = first < 0x80 ? 0 : first - 0x80;
        const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
        const start = at + 2 + lengthBytes;
        if (start + length > bytes.length) throw new RangeError("an element is longer than its container");
        found.push({
            tag: bytes[at],
            content: bytes.subarray(start, start + length),
            raw: bytes.subarray(at, start + length),
        });
        at = start + length;
    }
    return found;
}

/** The elements in the single element of these bytes. */
export function inner(bytes: Buffer): Element[] {
    return elements(elements(bytes)[0].content);
}

/** An object identifier in its usual notation, e.g. `2.5.29.17`. */
export function oid({ content }: Element): string {
    const numbers: number[] = [];
    let number = 0;
    for (const byte of content) {
        number = number * 128 + (byte & 0x7f);
        if (byte >= 0x80) continue;
        numbers.push(number);
        number = 0;
    }
    const first = Math.min(2, Math.floor(numbers[0] / 40));
    return [first, numbers[0] - 40 * first, ...numbers.slice(1)].join(".");
}

/** A small integer. */
export function integer({ content }: Element): number {
    return content.readIntBE(0, Math.min(6, content.length));
}

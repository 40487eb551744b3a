/** A PEM block: what is between its BEGIN and END lines, decoded. */
export interface PemBlock {
    /** E.g. `CERTIFICATE`. */
    readonly type: string;
    readonly bytes: Buffer;
}

/**
 * The PEM blocks of a string as Go's encoding/pem reads them: each BEGIN and END is a line, and other lines between the blocks are
 * skipped. `isComplete`: whether every BEGIN line starts a block that can be read.
 */
export function pemBlocks(text: string): { blocks: PemBlock[]; isComplete: boolean } {
    const begins = text.match(/-----BEGIN /g)?.length ?? 0;
    const found = text.matchAll(
        /^-----BEGIN ([^\n]*?)-----[ \t\r]*\n((?:(?!-----(?:BEGIN|END) )[\s\S])*?)^-----END \1-----[ \t\r]*$/gm,
    );
    const blocks = [...found].flatMap(([, type, body]) => {
        const lines = body.split("\n").map((line) => line.replace(/[ \t\r]/g, ""));
        // Headers, e.g. those of an encrypted key.
        const base64 = lines.filter((line) => !line.includes(":")).join("");
        if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return [];
        return [{ type, bytes: Buffer.from(base64, "base64") }];
    });
    return { blocks, isComplete: blocks.length === begins };
}

/** Whether a string contains a private key in any PEM format, or a part of one. */
export function hasPrivateKey(text: string): boolean {
    return /-----\s*(BEGIN|END)[^-]*PRIVATE KEY/i.test(text);
}

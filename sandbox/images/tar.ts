import * as fs from "node:fs";

/** An entry in a tar archive. */
export type TarEntry =
    | { readonly path: string; readonly content: string | Uint8Array; readonly mode?: number }
    | { readonly path: string; readonly source: string; readonly mode?: number }
    | { readonly path: string; readonly link: string }
    | { readonly path: string; readonly folder: true; readonly mode?: number };

const blockSize = 512;

/**
 * Writes a tar archive (ustar) that depends on nothing but its entries: no times, no owners but root, in the order given.
 * Modes are 0644 for files and 0755 for folders unless an entry says otherwise.
 */
export function writeTar(file: string, entries: readonly TarEntry[]): void {
    const output = fs.openSync(file, "w");
    try {
        for (const entry of entries) {
            writeEntry(output, entry);
        }
        fs.writeSync(output, Buffer.alloc(2 * blockSize));
    } finally {
        fs.closeSync(output);
    }
}

function writeEntry(output: number, entry: TarEntry): void {
    if ("link" in entry) {
        fs.writeSync(output, header(entry.path, "2", 0o777, 0, entry.link));
    } else if ("folder" in entry) {
        fs.writeSync(output, header(`${entry.path}/`, "5", entry.mode ?? 0o755, 0));
    } else {
        const content = "source" in entry ? fs.readFileSync(entry.source) : Buffer.from(entry.content);
        fs.writeSync(output, header(entry.path, "0", entry.mode ?? 0o644, content.length));
        writeAll(output, content);
        fs.writeSync(output, Buffer.alloc(-content.length & (blockSize - 1)));
    }
}

/** The system may write only part of a large buffer at once. */
function writeAll(output: number, content: Uint8Array): void {
    for (let offset = 0; offset < content.length; ) {
        offset += fs.writeSync(output, content, offset);
    }
}

function header(path: string, type: "0" | "2" | "5", mode: number, size: number, link = ""): Buffer {
    if (Buffer.byteLength(path) > 100 || Buffer.byteLength(link) > 100) {
        throw new Error(`The path ${path} or its link is longer than the 100 bytes that a tar header holds.`);
    }
    const block = Buffer.alloc(blockSize);
    const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
    block.write(path, 0);
    block.write(octal(mode, 7), 100);
    block.write(octal(0, 7), 108); // user
    block.write(octal(0, 7), 116); // group
    block.write(octal(size, 11), 124);
    block.write(octal(0, 11), 136); // time of the last change
    block.write(" ".repeat(8), 148); // the checksum counts as spaces while it is computed
    block.write(type, 156);
    block.write(link, 157);
    block.write("ustar\0" + "00", 257, "latin1");
    const checksum = block.reduce((sum, byte) => sum + byte, 0);
    block.write(`${octal(checksum, 6)}\0 `, 148);
    return block;
}

import { createHash } from "node:crypto";

/** Content of a repository, with the media type that it is pushed with. */
export interface Content {
    readonly bytes: Buffer;
    readonly digest: string;
    readonly mediaType: string;
}

/** An index with everything that it refers to. */
export interface VerifyImage {
    readonly index: Content;
    /** One for each architecture. */
    readonly manifests: readonly Content[];
    /** Configurations and layers. */
    readonly blobs: readonly Content[];
}

function contentOf(bytes: Buffer, mediaType: string): Content {
    return { bytes, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, mediaType };
}

const json = (value: object, mediaType: string) => contentOf(Buffer.from(JSON.stringify(value)), mediaType);

const descriptor = ({ bytes, digest, mediaType }: Content) => ({ mediaType, digest, size: bytes.length });

interface Architecture {
    readonly architecture: string;
    /** As in the ELF header (`e_machine`). */
    readonly machine: number;
    /** Size of the largest page that a kernel has. */
    readonly page: number;
    readonly code: Buffer;
}

/** Without arguments the program exits with 0. With one it waits until it is killed, as the container of a DaemonSet. */
const architectures: readonly Architecture[] = [
    {
        architecture: "amd64",
        machine: 62,
        page: 0x1000,
        code: Buffer.from(
            [
                "48833c2401", // cmp qword [rsp], 1: the number of arguments, with the program's name
                "7709", //       ja wait
                "31ff", //       xor edi, edi
                "b8e7000000", // mov eax, 231: exit_group
                "0f05", //       syscall
                "b822000000", // wait: mov eax, 34: pause
                "0f05", //       syscall
                "ebf7", //       jmp wait
            ].join(""),
            "hex",
        ),
    },
    {
        architecture: "arm64",
        machine: 183,
        page: 0x10000,
        // Little endian. There is no arm64 machine in the tests: they compare this with the output of Go's assembler.
        code: Buffer.from(
            [
                "e10340f9", // ldr x1, [sp]: the number of arguments, with the program's name
                "3f0400f1", // cmp x1, #1
                "88000054", // b.hi wait
                "e0031faa", // mov x0, xzr
                "c80b80d2", // mov x8, #94: exit_group
                "010000d4", // svc #0
                "e0031faa", // wait: mov x0, xzr
                "e1031faa", // mov x1, xzr
                "e2031faa", // mov x2, xzr
                "e3031faa", // mov x3, xzr
                "e4031faa", // mov x4, xzr
                "280980d2", // mov x8, #73: ppoll, because arm64 has no pause
                "010000d4", // svc #0
                "f9ffff17", // b wait
            ].join(""),
            "hex",
        ),
    },
];

/** A static ELF executable of one segment, which is loaded at a fixed address, without an executable stack. */
function executable({ machine, page, code }: Architecture): Buffer {
    const [headerSize, segmentSize, address] = [64, 56, 0x400000];
    const start = headerSize + 2 * segmentSize;
    const size = start + code.length;
    const header = Buffer.alloc(headerSize);
    // 64 bits, little endian, version 1.
    header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    header.writeUInt16LE(2, 16); // an executable
    header.writeUInt16LE(machine, 18);
    header.writeUInt32LE(1, 20); // version
    header.writeBigUInt64LE(BigInt(address + start), 24); // where it begins
    header.writeBigUInt64LE(BigInt(headerSize), 32); // where the segments are described
    header.writeUInt16LE(headerSize, 52);
    header.writeUInt16LE(segmentSize, 54);
    header.writeUInt16LE(2, 56); // segments
    header.writeUInt16LE(64, 58); // size of a section's description, of which there are none
    const loaded = Buffer.alloc(segmentSize);
    loaded.writeUInt32LE(1, 0); // PT_LOAD
    loaded.writeUInt32LE(5, 4); // readable and executable
    loaded.writeBigUInt64LE(BigInt(address), 16);
    loaded.writeBigUInt64LE(BigInt(address), 24);
    loaded.writeBigUInt64LE(BigInt(size), 32);
    loaded.writeBigUInt64LE(BigInt(size), 40);
    loaded.writeBigUInt64LE(BigInt(page), 48);
    const stack = Buffer.alloc(segmentSize);
    stack.writeUInt32LE(0x6474e551, 0); // PT_GNU_STACK
    stack.writeUInt32LE(6, 4); // readable and writable
    stack.writeBigUInt64LE(16n, 48);
    return Buffer.concat([header, loaded, stack, code]);
}

/** A tar archive (ustar) of one executable, which belongs to root and has no time. */
function archive(name: string, content: Buffer): Buffer {
    const block = 512;
    const header = Buffer.alloc(block);
    const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`;
    header.write(name, 0);
    header.write(octal(0o755, 8), 100);
    header.write(octal(0, 8), 108);
    header.write(octal(0, 8), 116);
    header.write(octal(content.length, 12), 124);
    header.write(octal(0, 12), 136);
    header.write(" ".repeat(8), 148);
    header.write("0ustar\0", 156);
    header.write("00", 263);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return Buffer.concat([header, content, Buffer.alloc(-content.length & (block - 1)), Buffer.alloc(2 * block)]);
}

const program = "verify";

function platform(one: Architecture): { manifest: Content; blobs: Content[]; entry: object } {
    const { architecture } = one;
    // Not compressed, because the result of a compression depends on the version of Node.
    const layer = contentOf(archive(program, executable(one)), "application/vnd.oci.image.layer.v1.tar");
    const config = json(
        {
            architecture,
            os: "linux",
            config: { User: "65532:65532", Entrypoint: [`/${program}`] },
            rootfs: { type: "layers", diff_ids: [layer.digest] },
        },
        "application/vnd.oci.image.config.v1+json",
    );
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const manifest = json(
        { schemaVersion: 2, mediaType, config: descriptor(config), layers: [descriptor(layer)] },
        mediaType,
    );
    const entry = { ...descriptor(manifest), platform: { architecture, os: "linux" } };
    return { manifest, blobs: [config, layer], entry };
}

function build(): VerifyImage {
    const platforms = architectures.map(platform);
    const mediaType = "application/vnd.oci.image.index.v1+json";
    return {
        index: json({ schemaVersion: 2, mediaType, manifests: platforms.map(({ entry }) => entry) }, mediaType),
        manifests: platforms.map(({ manifest }) => manifest),
        blobs: platforms.flatMap(({ blobs }) => blobs),
    };
}

/**
 * The image that is pushed and pulled: an index of two static programs of about 200 bytes. It has the same bytes in every run, because
 * nothing in it depends on a clock or a compressor, so that a second push adds nothing to the registry's storage.
 */
export const verifyImage: VerifyImage = build();

/** Its repository. Repositories below `private-registry/` are reserved: `maintenance` does not delete from them. */
export const verifyRepository = "private-registry/verify";

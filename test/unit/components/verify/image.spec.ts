import * as assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Content, verifyImage } from "../../../../components/verify/image";
import { scriptFolder } from "../../shellScripts";

const json = ({ bytes }: Content) => JSON.parse(bytes.toString());
const { index, manifests, blobs } = verifyImage;
const everything = [index, ...manifests, ...blobs];

function found(digest: string): Content {
    const content = everything.find((candidate) => candidate.digest === digest);
    assert.ok(content, `nothing has the digest ${digest}`);
    return content;
}

/** The layer of a platform. */
function layerOf(architecture: string): Content {
    const { digest } = json(index).manifests.find((entry: { platform: { architecture: string } }) => {
        return entry.platform.architecture === architecture;
    });
    return found(json(found(digest)).layers[0].digest);
}

describe("the image of verify", () => {
    const { at, write } = scriptFolder();

    it("has the same bytes in every release", () => {
        assert.equal(index.digest, "sha256:3624f2ac99a9cbd05e75c34a70b99acb2b43283f20d011c915a4e30dea53efc7");
    });

    it("has content that hashes to its digests, with the sizes that the manifests name", () => {
        for (const { bytes, digest } of everything) {
            assert.equal(`sha256:${createHash("sha256").update(bytes).digest("hex")}`, digest);
        }
        const named = [index, ...manifests].flatMap((content) => {
            const { manifests: platforms = [], config, layers = [] } = json(content);
            return [...platforms, ...(config ? [config] : []), ...layers];
        });
        assert.equal(named.length, 6);
        for (const { digest, size, mediaType } of named) {
            assert.equal(found(digest).bytes.length, size);
            assert.equal(found(digest).mediaType, mediaType);
        }
        assert.deepEqual(
            [...new Set(named.map(({ digest }) => digest))].sort(),
            everything
                .slice(1)
                .map(({ digest }) => digest)
                .sort(),
        );
    });

    it("is an index for two architectures, whose configurations have the layers as they are", () => {
        const platforms = json(index).manifests.map((entry: { platform: object }) => entry.platform);
        assert.deepEqual(platforms, [
            { architecture: "amd64", os: "linux" },
            { architecture: "arm64", os: "linux" },
        ]);
        for (const manifest of manifests) {
            const { config, layers } = json(manifest);
            assert.deepEqual(json(found(config.digest)).rootfs.diff_ids, [layers[0].digest]);
        }
    });

    /** Unpacks a layer with the machine's tar, and returns the program. */
    function unpack(architecture: string): string {
        write("layer.tar", "");
        const list = execFileSync("tar", ["--list", "--verbose", "--numeric-owner"], {
            input: layerOf(architecture).bytes,
            env: { ...process.env, TZ: "UTC", LC_ALL: "C" },
        }).toString();
        assert.match(list, /^-rwxr-xr-x 0\/0 +\d+ 1970-01-01 00:00 verify\n$/);
        execFileSync("tar", ["--extract", "--directory", at()], { input: layerOf(architecture).bytes });
        return at("verify");
    }

    it("has a program for amd64 that exits with 0, and waits with an argument", async function () {
        const program = unpack("amd64");
        if (process.platform !== "linux" || process.arch !== "x64") {
            console.log("skipped: the machine is not amd64 with Linux");
            this.skip();
        }
        assert.equal(spawnSync(program, []).status, 0);
        const waiting = spawn(program, ["wait"]);
        const ended = new Promise((resolve) => waiting.on("exit", (_, signal) => resolve(signal)));
        await new Promise((resolve) => setTimeout(resolve, 200));
        // In state S, it waits without using the processor.
        assert.equal(readFileSync(`/proc/${waiting.pid}/stat`, "utf8").split(" ")[2], "S");
        waiting.kill();
        assert.equal(await ended, "SIGTERM");
    });

    it("has a program for arm64 with the instructions of Go's assembler; it is not run here", function () {
        const program = readFileSync(unpack("arm64"));
        const source = `TEXT ·start(SB),4,$0-0
MOVD 0(RSP), R1
CMP $1, R1
BHI wait
MOVD $0, R0
MOVD $94, R8
SVC
wait:
MOVD $0, R0
MOVD $0, R1
MOVD $0, R2
MOVD $0, R3
MOVD $0, R4
MOVD $73, R8
SVC
B wait
`;
        write("program.s", source);
        const env = { ...process.env, GOOS: "linux", GOARCH: "arm64" };
        const assembler = ["tool", "asm", "-p", "main", "-o", at("program.o"), at("program.s")];
        const { error, status, stderr } = spawnSync("go", assembler, { env, encoding: "utf8" });
        if (error !== undefined) {
            console.log("skipped: there is no Go on this machine");
            this.skip();
        }
        assert.equal(status, 0, stderr);
        const code = program.subarray(64 + 2 * 56);
        assert.equal(code.length, 4 * 14);
        assert.ok(readFileSync(at("program.o")).includes(code));
    });

    it("has ELF headers that say where each program begins, and which machine it is for", () => {
        for (const [architecture, machine] of [
            ["amd64", 62],
            ["arm64", 183],
        ] as const) {
            const program = readFileSync(unpack(architecture));
            assert.equal(program.subarray(0, 7).toString("latin1"), "\x7fELF\x02\x01\x01");
            assert.equal(program.readUInt16LE(18), machine);
            const address = program.readBigUInt64LE(64 + 16);
            // It begins at the first byte after the headers.
            assert.equal(program.readBigUInt64LE(24), address + 176n);
            assert.equal(program.readBigUInt64LE(64 + 32), BigInt(program.length));
        }
    });
});

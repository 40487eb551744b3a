import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { contentKey, type Image, packImage } from "../../../../sandbox/images/images";

interface Descriptor {
    digest: string;
    size: number;
}

describe("packImage", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "images-"));
    const archive = path.join(folder, "image.tar");
    const program = path.join(folder, "program");
    fs.writeFileSync(program, "x".repeat(1500));
    const image: Image = {
        reference: "example.com/team/app:1.0",
        files: [
            { path: "bin/app", source: program, mode: 0o755 },
            { path: "bin/link", link: "app" },
            { path: "etc/motd", content: "hello\n" },
            { path: "tmp", folder: true, mode: 0o1777 },
        ],
        entrypoint: ["/bin/app"],
        env: { COLOUR: "green" },
        user: "1000",
    };

    before(() => packImage(image, archive));
    after(() => fs.rmSync(folder, { recursive: true }));

    const read = (file: string) => execFileSync("tar", ["--extract", "--to-stdout", "--file", archive, file]);
    const readBlob = (digest: string) => read(`blobs/${digest.replace(":", "/")}`);
    const readJson = (file: string) => JSON.parse(read(file).toString());
    function checkedBlob(descriptor: Descriptor): Buffer {
        const blob = readBlob(descriptor.digest);
        assert.equal(blob.length, descriptor.size);
        assert.equal(`sha256:${createHash("sha256").update(blob).digest("hex")}`, descriptor.digest);
        return blob;
    }

    it("is an OCI layout with correct digests and sizes", () => {
        const [entry] = readJson("index.json").manifests;
        assert.equal(entry.annotations["io.containerd.image.name"], "example.com/team/app:1.0");
        const manifest = JSON.parse(checkedBlob(entry).toString());
        const config = JSON.parse(checkedBlob(manifest.config).toString());
        checkedBlob(manifest.layers[0]);
        assert.deepEqual(config.rootfs.diff_ids, [manifest.layers[0].digest]);
        assert.equal(config.os, "linux");
        assert.deepEqual(config.config.Entrypoint, ["/bin/app"]);
        assert.equal(config.config.User, "1000");
        assert.ok(config.config.Env.includes("COLOUR=green"));
    });

    it("contains Docker's manifest for the same blobs", () => {
        const [entry] = readJson("manifest.json");
        assert.deepEqual(entry.RepoTags, ["example.com/team/app:1.0"]);
        assert.equal(JSON.parse(read(entry.Config).toString()).rootfs.diff_ids.length, 1);
        assert.equal(entry.Layers.length, 1);
    });

    it("keeps content, modes and links in the layer", () => {
        const layer = path.join(folder, "layer.tar");
        fs.writeFileSync(layer, read(readJson("manifest.json")[0].Layers[0]));
        const list = execFileSync("tar", ["--list", "--verbose", "--numeric-owner", "--file", layer]).toString();
        assert.match(list, /^-rwxr-xr-x 0\/0 +1500 1970-01-01 \S+ bin\/app$/m);
        assert.match(list, /^lrwxrwxrwx 0\/0 .* bin\/link -> app$/m);
        assert.match(list, /^-rw-r--r-- 0\/0 +6 .* etc\/motd$/m);
        assert.match(list, /^drwxrwxrwt 0\/0 .* tmp\/$/m);
    });

    it("is reproducible", () => {
        const again = path.join(folder, "again.tar");
        packImage(image, again);
        assert.ok(fs.readFileSync(again).equals(fs.readFileSync(archive)));
    });

    it("rejects a path that the format cannot represent", () => {
        const files = [{ path: "a".repeat(101), content: "" }];
        assert.throws(() => packImage({ reference: "a", files }, path.join(folder, "long.tar")), /longer than the 100/);
        assert.ok(!fs.existsSync(path.join(folder, "long.tar")));
    });

    it("is packed again if a part has changed", () => {
        const key = contentKey(image);
        assert.equal(contentKey({ ...image }), key);
        assert.notEqual(contentKey({ ...image, user: "1001" }), key);
        fs.appendFileSync(program, "y");
        assert.notEqual(contentKey(image), key);
    });
});

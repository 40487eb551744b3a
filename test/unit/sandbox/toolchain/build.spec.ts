import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { buildModules, isBuilt } from "../../../../sandbox/toolchain/build";
import { cacheKey, type PinnedModule } from "../../../../sandbox/toolchain/module";

/** Stands in for Go: notes each build, and writes the executable that it is asked for. */
const fakeGo = `#!/bin/sh
if [ "$1" = env ]; then echo go1.26.8; exit; fi
echo "$*" >> "$CALLS"
if [ -e broken.go ]; then echo "broken.go:1: no such thing" >&2; exit 1; fi
while [ "$1" != -o ]; do shift; done
echo program > "$2"
`;

describe("buildModules", () => {
    const searchPath = process.env.PATH;
    let folder: string;
    let lines: string[];

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "toolchain-"));
        lines = [];
        fs.writeFileSync(path.join(folder, "go"), fakeGo, { mode: 0o755 });
        process.env.PATH = `${folder}:${searchPath}`;
        process.env.CALLS = path.join(folder, "calls");
    });

    afterEach(() => {
        process.env.PATH = searchPath;
        delete process.env.CALLS;
        fs.rmSync(folder, { recursive: true });
    });

    function fakeModule(name: string, goVersion = "1.26"): PinnedModule {
        fs.mkdirSync(path.join(folder, name), { recursive: true });
        return {
            family: { name, packages: { registry: "example.com/registry" } },
            folder: path.join(folder, name),
            version: "v1.0.0",
            goVersion,
            flags: ["-trimpath"],
            target: path.join(folder, "tools", name),
        };
    }

    const build = (...modules: PinnedModule[]) => buildModules(modules, (line) => lines.push(line));
    const calls = () => fs.readFileSync(path.join(folder, "calls"), "utf8").trim().split("\n");

    it("puts the executables in the cache and tells how many are left", async () => {
        const modules = ["a", "b", "c"].map((name) => fakeModule(name));
        await build(...modules);
        assert.ok(modules.every(isBuilt));
        assert.equal(fs.readFileSync(path.join(folder, "tools", "a", "registry"), "utf8"), "program\n");
        assert.match(lines[0], /^Building a v1.0.0: registry$/);
        assert.match(lines[lines.length - 1], /^Built . v1.0.0 in \d+ s; 0 left to build$/);
    });

    it("builds once when two processes want the same module", async () => {
        const module = fakeModule("a");
        await Promise.all([build(module), build(module)]);
        assert.equal(calls().length, 1);
    });

    it("shows what the compiler said, caches nothing, and builds after the mistake is gone", async () => {
        const module = fakeModule("a");
        const mistake = path.join(module.folder, "broken.go");
        fs.writeFileSync(mistake, "");
        await assert.rejects(build(module), /`go build` failed in .+\nbroken\.go:1: no such thing/);
        assert.ok(!isBuilt(module));
        fs.rmSync(mistake);
        await build(module);
        assert.ok(isBuilt(module));
    });

    it("begins nothing more after a failure", async () => {
        const modules = ["a", "b", "c", "d"].map((name) => fakeModule(name));
        for (const module of modules) {
            fs.writeFileSync(path.join(module.folder, "broken.go"), "");
        }
        await assert.rejects(build(...modules));
        assert.ok(calls().length <= 2);
    });

    it("says which Go it needs when the one on PATH is too old", async () => {
        await assert.rejects(
            build(fakeModule("a", "1.27")),
            /^Error: Go 1\.26\.8 is too old; install Go 1\.27 or newer/,
        );
    });

    it("says which Go it needs when there is none", async () => {
        const module = fakeModule("a");
        process.env.PATH = path.join(folder, "nowhere");
        await assert.rejects(build(module), /^Error: Go was not found; install Go 1\.26 or newer/);
    });
});

describe("cacheKey", () => {
    it("changes with each file of the folder and with the settings", () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "toolchain-"));
        const write = (file: string, text: string) => fs.writeFileSync(path.join(folder, file), text);
        write("go.mod", "module a\n");
        const keys = [cacheKey(folder, ["amd64"]), cacheKey(folder, ["arm64"])];
        write("go.sum", "b h1:\n");
        keys.push(cacheKey(folder, ["amd64"]));
        write("go.mod", "module b\n");
        keys.push(cacheKey(folder, ["amd64"]));
        assert.equal(new Set(keys).size, keys.length);
        assert.equal(cacheKey(folder, ["amd64"]), keys[keys.length - 1]);
        fs.rmSync(folder, { recursive: true });
    });
});

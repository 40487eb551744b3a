import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { repositoryRoot } from "../../../../sandbox/paths";
import { buildModules, isBuilt } from "../../../../sandbox/toolchain/build";
import { cacheKey, type PinnedModule } from "../../../../sandbox/toolchain/module";

/** A fake Go: records each build, and writes the requested executable. */
const fakeGo = `#!/bin/sh
if [ "$1" = env ]; then echo go1.26.8; exit; fi
if [ "$1" = list ]; then echo "fmt fmt"; echo "example.com/registry main example.com@v1.0.0"; exit; fi
echo "$*" >> "$CALLS"
echo example.com/registry >&2
if [ -e broken.go ]; then echo "broken.go:1: no such thing" >&2; echo example.com/other >&2; exit 1; fi
if [ -e slow.go ]; then echo $$ > pid; touch "$GOTMPDIR/work"; exec sleep 60; fi
while [ "$1" != -o ]; do shift; done
echo program > "$2"
`;

async function until(condition: () => boolean): Promise<void> {
    for (const end = Date.now() + 30_000; !condition(); ) {
        assert.ok(Date.now() < end, "it did not happen in 30 s");
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

/** Also if no one reads it. */
function hasEnded(pid: string): boolean {
    try {
        return / Z /.test(fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
        return true;
    }
}

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

    function fakeModule(
        name: string,
        goVersion = "1.26",
        packages: PinnedModule["family"]["packages"] = { registry: "example.com/registry" },
    ): PinnedModule {
        fs.mkdirSync(path.join(folder, name), { recursive: true });
        return {
            family: { name, packages },
            folder: path.join(folder, name),
            version: "v1.0.0",
            goVersion,
            flags: ["-trimpath"],
            target: path.join(folder, "tools", name),
        };
    }

    const build = (...modules: PinnedModule[]) => buildModules(modules, (line) => lines.push(line));
    const calls = () => fs.readFileSync(path.join(folder, "calls"), "utf8").trim().split("\n");

    it("puts the executables in the cache, and returns which ones it has built", async () => {
        const modules = ["a", "b", "c"].map((name) => fakeModule(name));
        await build(...modules);
        assert.ok(modules.every(isBuilt));
        assert.equal(fs.readFileSync(path.join(folder, "tools", "a", "registry"), "utf8"), "program\n");
        assert.deepEqual(
            // Two builds run at a time, in any order.
            lines.map((line) => line.replace(/\d+ s$/, "N s")).sort(),
            ["a", "b", "c"].map((name) => `Built ${name} v1.0.0 in N s`),
        );
    });

    it("builds one executable for the tools that share it, with a link for each", async () => {
        const module = fakeModule("a", "1.26", { kubelet: "example.com/all", kubectl: "example.com/all" });
        await build(module);
        assert.deepEqual(fs.readdirSync(module.target).sort(), ["a", "kubectl", "kubelet"]);
        assert.equal(fs.readFileSync(path.join(module.target, "kubectl"), "utf8"), "program\n");
        assert.match(calls()[0], / example\.com\/all$/);
    });

    it("builds once when two processes need the same module", async () => {
        const module = fakeModule("a");
        await Promise.all([build(module), build(module)]);
        assert.equal(calls().length, 1);
    });

    it("reports in three lines what failed, why and where the log is, caches nothing, and builds after the fault is fixed", async () => {
        const module = fakeModule("a");
        const mistake = path.join(module.folder, "broken.go");
        fs.writeFileSync(mistake, "");
        await assert.rejects(build(module), (error: Error) => {
            const [what, why, where, ...more] = error.message.split("\n");
            assert.equal(what, "a v1.0.0 (registry) could not be built:");
            assert.equal(why, "broken.go:1: no such thing");
            const log = /^All that Go said is in (\S+)\.$/.exec(where)?.[1] ?? "";
            assert.match(fs.readFileSync(log, "utf8"), /^\$ go list [\s\S]*\$ go build [\s\S]*no such thing/);
            assert.deepEqual(more, []);
            return true;
        });
        assert.ok(!isBuilt(module));
        fs.rmSync(mistake);
        await build(module);
        assert.ok(isBuilt(module));
    });

    for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
        it(`stops Go when it is stopped by ${signal}, and builds the next time`, async function () {
            this.timeout(60_000);
            const module = fakeModule("a");
            const slow = path.join(module.folder, "slow.go");
            fs.writeFileSync(slow, "");
            const file = path.join(repositoryRoot, "sandbox/toolchain/build");
            const program = `require(${JSON.stringify(file)}).buildModules([${JSON.stringify(module)}], () => {})`;
            const builder = spawn(process.execPath, ["--require", "ts-node/register", "--eval", program], {
                cwd: repositoryRoot,
                stdio: "inherit",
            });
            const exited = once(builder, "exit");
            const pid = path.join(module.folder, "pid");
            await until(() => fs.existsSync(pid) && fs.readFileSync(pid, "utf8").endsWith("\n"));
            builder.kill(signal);
            await exited;
            await until(() => hasEnded(fs.readFileSync(pid, "utf8").trim()));
            assert.ok(!isBuilt(module));
            fs.rmSync(slow);
            await build(module);
            assert.deepEqual(fs.readdirSync(module.target), ["registry"]);
            assert.deepEqual(fs.readdirSync(path.dirname(module.target)).sort(), ["a", "a.lock"]);
        });
    }

    it("starts no further build after a failure", async () => {
        const modules = ["a", "b", "c", "d"].map((name) => fakeModule(name));
        for (const module of modules) {
            fs.writeFileSync(path.join(module.folder, "broken.go"), "");
        }
        await assert.rejects(build(...modules));
        assert.ok(calls().length <= 2);
    });

    it("reports which Go it needs if the one on PATH is too old", async () => {
        await assert.rejects(
            build(fakeModule("a", "1.27")),
            /^Error: Go 1\.26\.8 is too old; install Go 1\.27 or newer/,
        );
    });

    it("reports which Go it needs if there is none", async () => {
        const module = fakeModule("a");
        process.env.PATH = path.join(folder, "nowhere");
        await assert.rejects(build(module), /^Error: Go was not found; install Go 1\.26 or newer/);
    });
});

describe("cacheKey", () => {
    it("changes with each file in the directory and with the settings", () => {
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

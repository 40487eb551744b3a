import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findOfficial, removeStaleLocks } from "../../../sandbox/pulumi";

describe("an official Pulumi plugin", () => {
    const executable = "pulumi-resource-sample";
    const plugin = { script: "/stand-in.js", kind: "resource" as const, name: "sample", version: "1.2.3" };
    const environment = { PATH: process.env.PATH, PULUMI_HOME: process.env.PULUMI_HOME };
    let folder: string;
    let cli: string;

    function file(...names: string[]): string {
        const name = path.join(folder, ...names);
        fs.mkdirSync(path.dirname(name), { recursive: true });
        fs.writeFileSync(name, "");
        return name;
    }

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "plugins-"));
        cli = file("cli", "pulumi");
        process.env.PATH = path.join(folder, "path");
        process.env.PULUMI_HOME = path.join(folder, "home");
    });
    afterEach(() => {
        Object.assign(process.env, environment);
        if (environment.PULUMI_HOME === undefined) delete process.env.PULUMI_HOME;
        fs.rmSync(folder, { recursive: true });
    });

    it("is found on PATH, next to the CLI, and in the user's plugin cache, in this order", () => {
        assert.equal(findOfficial(executable, plugin, cli), undefined);
        const cached = file("home", "plugins", "resource-sample-v1.2.3", executable);
        assert.equal(findOfficial(executable, plugin, cli), cached);
        const nextToCli = file("cli", executable);
        assert.equal(findOfficial(executable, plugin, cli), nextToCli);
        const onPath = file("path", executable);
        assert.equal(findOfficial(executable, plugin, cli), onPath);
    });

    it("is not a plugin of another version", () => {
        file("home", "plugins", "resource-sample-v1.2.4", executable);
        assert.equal(findOfficial(executable, plugin, cli), undefined);
    });
});

describe("the locks of stacks", () => {
    const state = fs.mkdtempSync(path.join(os.tmpdir(), "state-"));
    after(() => fs.rmSync(state, { recursive: true }));

    it("are removed when the Pulumi process that took them has exited, and stay while it runs", async () => {
        // The process has the name of the file.
        const program = path.join(state, "pulumi");
        fs.copyFileSync("/bin/sleep", program);
        fs.chmodSync(program, 0o755);
        const pulumi = spawn(program, ["20"]);
        const stack = path.join(state, ".pulumi", "locks", "organization", "project", "stack");
        fs.mkdirSync(stack, { recursive: true });
        const [held, ended, others] = [pulumi.pid, 2 ** 22 + 1, process.pid].map((pid) => {
            const file = path.join(stack, `${pid}.json`);
            fs.writeFileSync(file, JSON.stringify({ pid, username: "root", hostname: os.hostname() }));
            return file;
        });
        try {
            await once(pulumi, "spawn");
            removeStaleLocks(state);
            assert.deepEqual([held, ended, others].filter(fs.existsSync), [held]);
        } finally {
            pulumi.kill();
        }
    });

    it("are none if no stack was ever changed", () => {
        removeStaleLocks(path.join(state, "nowhere"));
    });
});

import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findOfficial } from "../../../sandbox/pulumi";

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

    it("is found on PATH, beside the CLI, and in the user's plugin cache, in this order", () => {
        assert.equal(findOfficial(executable, plugin, cli), undefined);
        const cached = file("home", "plugins", "resource-sample-v1.2.3", executable);
        assert.equal(findOfficial(executable, plugin, cli), cached);
        const beside = file("cli", executable);
        assert.equal(findOfficial(executable, plugin, cli), beside);
        const onPath = file("path", executable);
        assert.equal(findOfficial(executable, plugin, cli), onPath);
    });

    it("is not a plugin of another version", () => {
        file("home", "plugins", "resource-sample-v1.2.4", executable);
        assert.equal(findOfficial(executable, plugin, cli), undefined);
    });
});

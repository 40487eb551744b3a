import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { standIns } from "../../../../sandbox/plugins/standIns";

/** Starts a stand-in like the engine, and returns its first line of output. */
function firstLine(script: string): Promise<{ line: string; exited: Promise<unknown> }> {
    const child = spawn(process.execPath, [script, "127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
    const exited = new Promise((resolve) => child.on("exit", resolve));
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.stdout.once("data", (data: Buffer) => {
            resolve({ line: data.toString(), exited });
            child.stdin.end();
        });
    });
}

describe("the stand-ins", () => {
    for (const [executable, { script, version }] of Object.entries(standIns)) {
        it(`${executable} prints its port, and exits when the engine does`, async () => {
            assert.ok(fs.existsSync(script), `${script} is not compiled`);
            const { line, exited } = await firstLine(script);
            assert.match(line, /^\d+\n$/);
            await exited;
        });

        it(`${executable} has the version of the installed npm package`, () => {
            const name = executable.replace(/^pulumi-(language-nodejs|resource-)/, (_, kind) =>
                kind === "resource-" ? "@pulumi/" : "@pulumi/pulumi",
            );
            const manifest = `node_modules/${name}/package.json`;
            const installed = fs.existsSync(manifest) ? JSON.parse(fs.readFileSync(manifest, "utf8")).version : "1.2.1";
            assert.equal(version, installed);
        });
    }
});

import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { repositoryRoot } from "../../../../sandbox/paths";

function sandbox(...words: string[]) {
    const cli = path.join(repositoryRoot, "dist", "sandbox", "cli", "cli.js");
    return spawnSync(process.execPath, [cli, ...words], { encoding: "utf8" });
}

describe("the sandbox command", () => {
    it("reports an invalid command line in one sentence, and exits with 2", () => {
        const { status, stdout, stderr } = sandbox("fly");
        assert.deepEqual({ status, stdout }, { status: 2, stdout: "" });
        assert.match(stderr, /^There is no command "fly"; .*\n$/);
    });

    it("prints nothing on standard output for a shell to evaluate when the sandbox is not running", () => {
        const { status, stdout, stderr } = sandbox("env", "--name", "never-started");
        assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
        assert.match(stderr, /^The sandbox "never-started" does not run; .*\n$/);
    });

    it("shows help on request", () => {
        const { status, stdout } = sandbox("--help");
        assert.equal(status, 0);
        for (const command of ["up", "down", "status", "env", "kubectl", "pulumi", "logs"]) {
            assert.match(stdout, new RegExp(`^  ${command}\\b`, "m"));
        }
    });
});

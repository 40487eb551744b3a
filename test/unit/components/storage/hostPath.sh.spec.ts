import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { scriptFolder, until } from "../../shellScripts";

describe("storage/hostPath.sh", () => {
    const { at, write, inFolder, run, fakeSleep, sleeps } = scriptFolder();

    it("gives the owner access to the directory, reports readiness and keeps running", async () => {
        const owner = execFileSync("/bin/sh", ["-c", 'echo "$(id -u):$(id -g)"'], { encoding: "utf8" }).trim();
        mkdirSync(at("folder"), { mode: 0o500 });
        chmodSync(at("folder"), 0o500);
        mkdirSync(at("tmp"));
        fakeSleep();
        const agent = run(inFolder("storage/hostPath.sh", "/tmp/ready"), { FOLDER: at("folder"), OWNER: owner });
        await until(() => sleeps().length === 1, "the first round");
        assert.equal(statSync(at("folder")).mode & 0o700, 0o700);
        assert.equal(existsSync(at("tmp/ready")), true);
        chmodSync(at("folder"), 0o500);
        writeFileSync(at("wake-1"), "");
        await until(() => sleeps().length === 2, "the next round");
        assert.equal(statSync(at("folder")).mode & 0o700, 0o700);
        agent.process.kill("SIGTERM");
        assert.equal(await agent.ended, 0, agent.output());
    });

    it("changes the owner of another user's directory", async () => {
        mkdirSync(at("folder"));
        mkdirSync(at("tmp"));
        fakeSleep();
        write("bin/chown", `#!/bin/sh\necho "$@" >"${at("chowned")}"\n`, 0o755);
        run(inFolder("storage/hostPath.sh", "/tmp/ready"), { FOLDER: at("folder"), OWNER: "4242:4343" });
        await until(() => sleeps().length === 1, "the first round");
        assert.equal(readFileSync(at("chowned"), "utf8"), `4242:4343 ${at("folder")}\n`);
    });
});

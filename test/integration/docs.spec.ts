import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { attempt, run } from "../../sandbox/command";
import { printProgress } from "../../sandbox/progress";
import { packProgram } from "../../sandbox/stack/proof";
import { commandBlocks, pages } from "../commandBlocks";
import { inSandbox, kubectl, stepwise, theSandbox } from "./harness";
import { copyWorkTree } from "./workTree";

/**
 * Each page continues from the pages before it. A preview asks the API server, so production's comes before
 * another stack has a claim in the same namespace.
 */
const order = ["production", "first-registry", "rotate", "cleaning-up", "troubleshooting", "move-from-manifests"];

describe("the command blocks in docs/", () => {
    stepwise();
    inSandbox("rclone");
    // Not the work tree, in which Pulumi's stack files would stay.
    const clone = copyWorkTree();
    // A reader's backend has none of the stacks that other tests create in the sandbox's.
    const backend = path.join(clone, "backend");
    const inClone = () => ({
        env: { ...theSandbox().environment, PULUMI_BACKEND_URL: `file://${backend}` },
        cwd: clone,
    });

    before(async () => {
        fs.mkdirSync(backend);
        await packProgram(path.join(clone, "image.tar"), "docs", printProgress);
    });
    after(async () => {
        for (const stack of ["team", "moved"]) {
            const removal = [
                ["state", "unprotect", "--all"],
                ["destroy", "--skip-preview"],
                ["stack", "rm"],
            ];
            for (const command of removal) await attempt(["pulumi", ...command, "--yes", "--stack", stack], inClone());
        }
        await kubectl("delete namespace docker-registry --ignore-not-found --wait=false");
        fs.rmSync(clone, { recursive: true, force: true });
    });

    for (const page of order) {
        const blocks = commandBlocks(page).filter((block) => block.notRun === undefined);
        it(`${page}: ${blocks.length} blocks`, async () => {
            const script = blocks.map((block) => block.commands).join("\n");
            await run(["bash", "-euo", "pipefail", "-c", script], inClone());
        });
    }

    it("are on no other page", () => {
        const running = pages().filter((page) => commandBlocks(page).some((block) => block.notRun === undefined));
        assert.deepEqual(running.sort(), [...order].sort());
    });
});

import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { withLock } from "../../../../sandbox/toolchain/lock";

describe("withLock", () => {
    let folder: string;
    let file: string;

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "lock-"));
        file = path.join(folder, "lock");
    });

    afterEach(() => fs.rmSync(folder, { recursive: true }));

    it("lets one in at a time", async () => {
        const order: string[] = [];
        const work = (name: string) => async () => {
            order.push(`${name} begins`);
            await new Promise((resolve) => setTimeout(resolve, 50));
            order.push(`${name} ends`);
        };
        await Promise.all(["a", "b"].map((name) => withLock(file, () => {}, work(name))));
        assert.equal(order[1], order[0].replace("begins", "ends"));
        assert.equal(order[3], order[2].replace("begins", "ends"));
    });

    it("is free again after a failure", async () => {
        const failure = async () => {
            throw new Error("no luck");
        };
        await assert.rejects(
            withLock(file, () => {}, failure),
            /no luck/,
        );
        assert.equal(
            await withLock(
                file,
                () => {},
                async () => "done",
            ),
            "done",
        );
    });

    it("says when the file cannot be locked", async () => {
        const nowhere = path.join(folder, "nowhere", "lock");
        await assert.rejects(
            withLock(
                nowhere,
                () => {},
                async () => "done",
            ),
            /nowhere\/lock could not be locked/,
        );
    });
});

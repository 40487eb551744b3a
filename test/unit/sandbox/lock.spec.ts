import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { withLock } from "../../../sandbox/lock";

describe("withLock", () => {
    const { PATH: searchPath } = process.env;
    let folder: string;
    let file: string;

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "lock-"));
        file = path.join(folder, "locks", "lock");
    });

    afterEach(() => {
        process.env.PATH = searchPath;
        fs.rmSync(folder, { recursive: true });
    });

    it("runs one action at a time", async () => {
        const order: string[] = [];
        const work = (name: string) => async () => {
            order.push(`${name} begins`);
            await new Promise((resolve) => setTimeout(resolve, 50));
            order.push(`${name} ends`);
            return name;
        };
        assert.deepEqual(await Promise.all(["a", "b"].map((name) => withLock(file, work(name)))), ["a", "b"]);
        assert.equal(order[1], order[0].replace("begins", "ends"));
        assert.equal(order[3], order[2].replace("begins", "ends"));
    });

    it("reports that it waits", async () => {
        const said: string[] = [];
        const held = withLock(file, () => new Promise((resolve) => setTimeout(resolve, 1500)));
        await new Promise((resolve) => setTimeout(resolve, 200));
        await withLock(
            file,
            async () => said.push("works"),
            () => said.push("waits"),
        );
        await held;
        assert.deepEqual(said, ["waits", "works"]);
    });

    it("is released after a failure", async () => {
        await assert.rejects(
            withLock(file, async () => {
                throw new Error("no luck");
            }),
            /no luck/,
        );
        assert.equal(await withLock(file, async () => "done"), "done");
    });

    it("reports a file that cannot be locked", async () => {
        process.env.PATH = folder;
        await assert.rejects(
            withLock(file, async () => "done"),
            /locks\/lock could not be locked/,
        );
    });
});

import * as assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "../../../../sandbox/cluster/lock";

describe("a lock", () => {
    const name = "unit-test";

    before(function () {
        if (process.platform !== "linux") this.skip();
    });

    it("lets one work at a time", async () => {
        const events: string[] = [];
        const work = (who: string) => async () => {
            events.push(`${who} begins`);
            await sleep(50);
            events.push(`${who} ends`);
            return who;
        };
        assert.deepEqual(await Promise.all([withLock(name, work("a")), withLock(name, work("b"))]), ["a", "b"]);
        const first = events[0].split(" ")[0];
        assert.equal(events[1], `${first} ends`);
    });

    it("is given back after a failure", async () => {
        await assert.rejects(
            withLock(name, () => Promise.reject(new Error("failed"))),
            /failed/,
        );
        assert.equal(await withLock(name, async () => "done"), "done");
    });
});

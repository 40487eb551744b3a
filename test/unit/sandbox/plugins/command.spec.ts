import * as assert from "node:assert/strict";
import { localCommand } from "../../../../sandbox/plugins/command/local";
import type { ResourceType } from "../../../../sandbox/plugins/resourceType";
import { type Properties, UNKNOWN } from "../../../../sandbox/plugins/values";

const request = { name: "x", type: "x", preview: false, timeoutSeconds: 0 };
const { create, update, delete: remove, diff } = localCommand as Required<ResourceType>;

describe("command.local.Command", () => {
    const run = async (news: Properties) => (await create({ ...request, news })).state;

    it("runs create, with environment, folder and input, and keeps what it prints", async () => {
        const inputs = {
            create: "pwd; echo $WHO; cat; echo no >&2",
            environment: { WHO: "me" },
            dir: "/",
            stdin: "in",
        };
        assert.deepEqual(await run(inputs), { ...inputs, stdout: "/\nme\nin", stderr: "no" });
    });

    it("runs nothing without create", async () => {
        assert.deepEqual(await run({ delete: "false" }), { delete: "false", stdout: "", stderr: "" });
    });

    it("uses the given interpreter", async () => {
        assert.equal((await run({ create: "1 + 1", interpreter: ["node", "-p"] })).stdout, "2");
    });

    it("fails with what the command printed", async () => {
        await assert.rejects(run({ create: "echo why >&2; exit 3" }), /exit status 3: running "echo why.*":\nwhy/);
    });

    it("runs update, or else create again, and shows it what was printed before", async () => {
        const again = { ...request, id: "x", olds: {}, state: { stdout: "before" } };
        const updated = await update({ ...again, news: { create: "true", update: "echo $PULUMI_COMMAND_STDOUT" } });
        assert.equal(updated.stdout, "before");
        assert.equal((await update({ ...again, news: { create: "echo again" } })).stdout, "again");
        assert.equal((await update({ ...again, preview: true, news: { create: "exit 1" } })).stdout, UNKNOWN);
    });

    it("runs delete at the end", async () => {
        const inputs = { delete: '[ "$PULUMI_COMMAND_STDOUT" = before ]' };
        const last = { ...request, id: "x", inputs };
        await remove({ ...last, state: { stdout: "before" } });
        await assert.rejects(remove({ ...last, state: { stdout: "other" } }), /exit status 1/);
    });

    it("is replaced by a change of its triggers only", () => {
        const asked = { name: "x", type: "x", state: {}, olds: { create: "a", triggers: [1] } };
        assert.deepEqual(diff({ ...asked, news: { create: "b", triggers: [1] } }).changes, [
            { path: "create", kind: "update" },
        ]);
        assert.deepEqual(diff({ ...asked, news: { create: "a", triggers: [2] } }).replaces, ["triggers"]);
    });
});

import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { localCommand } from "../../../../sandbox/plugins/command/local";
import { remoteCommand } from "../../../../sandbox/plugins/command/remote";
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

describe("command.remote.Command", () => {
    const { check, create: connect } = remoteCommand as Required<ResourceType>;
    const connection = { host: "node-1", port: 2222, user: "ops", privateKey: "a key", hostKey: "ssh-ed25519 AAAA" };
    const { PATH } = process.env;
    let folder: string;

    /** An `ssh` that says how it was called, and shows the files that it was given. */
    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-unit-"));
        const ssh = `#!/bin/sh
printf '%s\\n' "$@"
for word in "$@"; do case "$word" in UserKnownHostsFile=*) cat "\${word#*=}" ;; esac; done
cat "$4"; stat -c %a "$4"; cat
`;
        fs.writeFileSync(path.join(folder, "ssh"), ssh, { mode: 0o755 });
        process.env.PATH = `${folder}:${PATH}`;
    });
    afterEach(() => {
        process.env.PATH = PATH;
        fs.rmSync(folder, { recursive: true, force: true });
    });

    it("is carried out by ssh with the key, the input, and the pinned host key alone", async () => {
        const news = { connection, create: "sh -s", stdin: "echo hello" };
        const lines = String((await connect({ ...request, news })).state.stdout).split("\n");
        assert.deepEqual(lines.slice(0, 2), ["-F", "none"]);
        for (const line of ["StrictHostKeyChecking=yes", "ops@node-1", "sh -s", "echo hello", "a key", "600"]) {
            assert.ok(lines.includes(line), `${line} is missing in ${lines.join("\n")}`);
        }
        assert.ok(lines.includes("[node-1]:2222 ssh-ed25519 AAAA"));
    });

    it("asks for host keys in the official provider's order", async () => {
        const { state } = await connect({ ...request, news: { connection, create: "true" } });
        assert.match(String(state.stdout), /^HostKeyAlgorithms=ecdsa-.*,rsa-.*,ssh-ed25519$/m);
    });

    it("needs a key, and sends no environment", async () => {
        const failing = async (news: Properties) =>
            (await check({ ...request, olds: {}, news, seed: new Uint8Array() })).failures?.map(
                ({ property }) => property,
            );
        assert.deepEqual(await failing({ connection }), []);
        assert.deepEqual(await failing({ connection: { host: "node-1" } }), ["connection"]);
        assert.deepEqual(await failing({ connection: { ...connection, password: "x" } }), ["connection"]);
        assert.deepEqual(await failing({ connection, environment: { A: "b" } }), ["environment"]);
    });
});

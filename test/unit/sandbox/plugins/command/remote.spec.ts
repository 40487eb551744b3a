import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { remoteCommand } from "../../../../../sandbox/plugins/command/remote";
import { runRemotely } from "../../../../../sandbox/plugins/command/ssh";
import { differenceOf, type ResourceType } from "../../../../../sandbox/plugins/resourceType";
import { type Properties, UNKNOWN } from "../../../../../sandbox/plugins/values";

const { check, create, update, delete: remove } = remoteCommand as Required<ResourceType>;
const connection = {
    host: "node-1",
    port: 2222,
    user: "ops",
    privateKey: "a key",
    hostKey: "ssh-ed25519 AAAAC3Nz comment",
    dialErrorLimit: 10,
    perDialTimeout: 15,
};
const urn = "urn:pulumi:dev::project::command:remote:Command::x";

describe("command.remote.Command", () => {
    const { PATH } = process.env;
    let folder: string;

    /** Puts a fake `ssh` on PATH that prints its arguments and files, and then runs the command on this machine. */
    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-unit-"));
        const ssh = `#!/bin/sh
for word in "$@"; do
    case "$word" in UserKnownHostsFile=*) cp "\${word#*=}" '${folder}/known_hosts' ;; esac
    last=$word
done
printf '%s\\n' "$@" >'${folder}/arguments'
cp -p "$4" '${folder}/key'
exec sh -c "$last"
`;
        fs.writeFileSync(path.join(folder, "ssh"), ssh, { mode: 0o755 });
        process.env.PATH = `${folder}:${PATH}`;
    });
    afterEach(() => {
        process.env.PATH = PATH;
        fs.rmSync(folder, { recursive: true, force: true });
    });

    const seen = (file: string) => fs.readFileSync(path.join(folder, file), "utf8");
    const run = async (inputs: Properties) => {
        const { id, state } = await create({ name: "x", urn, news: { connection, ...inputs } });
        return { id, stdout: state.stdout, stderr: state.stderr };
    };

    it("runs create through ssh with its input, and stores its output without the last newline", async () => {
        const { id, stdout, stderr } = await run({ create: "cat; echo; echo two; echo three >&2", stdin: "one" });
        assert.deepEqual({ stdout, stderr }, { stdout: "one\ntwo", stderr: "three" });
        assert.match(id, /^x[0-9a-f]{8}$/);
        assert.ok(seen("arguments").includes("\nops@node-1\n"));
    });

    it("trusts only the pinned host key, logs in only with the private key, and never prompts", async () => {
        await run({ create: "true" });
        assert.equal(seen("known_hosts"), "[node-1]:2222 ssh-ed25519 AAAAC3Nz comment\n");
        assert.equal(seen("key"), "a key\n");
        assert.equal(fs.statSync(path.join(folder, "key")).mode & 0o777, 0o600);
        const options = ["BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=15"];
        for (const option of options) assert.ok(seen("arguments").includes(`-o\n${option}\n`), option);
        assert.ok(seen("arguments").startsWith("-F\nnone\n-i\n"));
    });

    it("requests only the pinned host key's type, for RSA keys with SHA-1", async () => {
        for (const type of ["ssh-rsa", "ecdsa-sha2-nistp256"]) {
            await run({ create: "true", connection: { ...connection, hostKey: `${type} AAAAB3Nz` } });
            assert.ok(seen("arguments").includes(`-o\nHostKeyAlgorithms=${type}\n`));
        }
    });

    it("rejects an invalid host key", async () => {
        const news = { create: "true", connection: { ...connection, hostKey: "node-1 ssh-rsa AAAA" } };
        await assert.rejects(run(news), /failed to parse host key/);
    });

    it("runs nothing without create", async () => {
        const { stdout, stderr } = await run({ delete: "false" });
        assert.deepEqual({ stdout, stderr }, { stdout: "", stderr: "" });
        assert.ok(!fs.existsSync(path.join(folder, "arguments")));
    });

    it("fails with the exit code, the command and its output in order", async () => {
        const command = "echo one; sleep 0.1; echo two >&2; exit 3";
        const message = `Process exited with status 3: running ${JSON.stringify(command)}:\none\ntwo\n`;
        await assert.rejects(run({ create: command }), { message });
    });

    it("fails with ssh's own message when it cannot connect", async () => {
        await assert.rejects(run({ create: "echo refused >&2; exit 255" }), { message: "ssh: refused" });
    });

    it("runs create again on a change, and keeps the output without one", async () => {
        const news = { connection, create: "echo again" };
        assert.deepEqual(await update({ urn, news, state: {} }), { stdout: "again", stderr: "" });
        assert.deepEqual(await update({ urn, news: { connection }, state: { stdout: "before" } }), {});
    });

    it("runs delete of the last update, with its input, on deletion", async () => {
        const state = { connection, delete: `cat >'${folder}/deleted'`, stdin: "the input" };
        await remove({ urn, state });
        assert.equal(seen("deleted"), "the input");
        await assert.rejects(remove({ urn, state: { ...state, delete: "exit 4" } }), /status 4/);
        await remove({ urn, state: { connection } });
    });

    it("shows each printed line while it runs, also an incomplete one", async () => {
        const lines: string[] = [];
        await runRemotely(connection, "echo one; printf two", undefined, (line) => lines.push(line));
        assert.deepEqual(lines, ["one", "two"]);
    });

    it("is never replaced", () => {
        const olds = { connection, create: "a", delete: "b", stdin: "c", addPreviousOutputInEnv: false };
        const news = { connection: { ...connection, host: "node-2" }, create: "x", delete: "y", stdin: "z" };
        const { changes, replaces } = differenceOf(remoteCommand, { olds, news, state: {} });
        assert.deepEqual(new Set(changes.map(({ path }) => path.split(".")[0])), new Set(Object.keys(olds)));
        assert.deepEqual(replaces, []);
    });

    it("requires a host, a private key and a pinned host key, and rejects variables", () => {
        const refusals = (news: Properties) =>
            check({ connection, addPreviousOutputInEnv: false, ...news }).map(({ property, reason }) => [
                property,
                reason,
            ]);
        assert.deepEqual(refusals({}), []);
        assert.deepEqual(refusals({ connection: UNKNOWN }), []);
        assert.deepEqual(refusals({ connection: { host: "node-1" } }), [
            ["connection", "the stand-in provider needs connection.privateKey"],
            ["connection", "the stand-in provider needs connection.hostKey"],
        ]);
        assert.deepEqual(refusals({ connection: { ...connection, password: "x" } }), [
            ["connection", "password is not available in the stand-in provider"],
        ]);
        const variables = "the stand-in provider sends no variables; set addPreviousOutputInEnv to false";
        assert.deepEqual(refusals({ addPreviousOutputInEnv: undefined }), [["addPreviousOutputInEnv", variables]]);
    });

    it("keeps its connection secret", () => assert.deepEqual(remoteCommand.secretOutputs, ["connection"]));
});

import * as assert from "node:assert/strict";
import { run } from "../../../sandbox/command";
import { inSandbox, stepwise, theSandbox } from "../harness";
import { type SshServer, startSshServer } from "../sshServer";
import { Workbench } from "./workbench";

describe("the stand-in for command with a real SSH server", () => {
    stepwise();
    let bench: Workbench;
    let server: SshServer;

    inSandbox();

    before(async () => {
        bench = await Workbench.start();
        server = await startSshServer();
    });
    after(async () => {
        await bench?.end();
        await server?.stop();
    });

    const file = "/run/remote-command";
    const onNode = (script: string) => run([...theSandbox().enter(1, { all: true }), "sh", "-c", script]);
    const program = (stdin: string, hostKey = server.hostKey) => {
        const { host, port, privateKey } = server;
        return `
            const { stdout } = new command.remote.Command("c", {
                connection: ${JSON.stringify({ host, port, privateKey, hostKey })},
                create: "cat >>${file}; echo created; echo shown >&2", delete: "cat >/dev/null; rm ${file}",
                stdin: ${JSON.stringify(stdin)}, addPreviousOutputInEnv: false,
            });
            Object.assign(exports, { stdout });`;
    };

    it("rejects a machine with another host key", async () => {
        assert.match(await bench.failingUp(program("one", server.otherHostKey)), /Host key verification failed/);
        await assert.rejects(onNode(`cat ${file}`));
    });

    it("runs create with its input on the machine, once", async () => {
        assert.equal((await bench.up(program("one"))).changes.create, 1);
        assert.equal(await onNode(`cat ${file}`), "one");
        assert.deepEqual(await bench.outputs(), { stdout: "created" });
        assert.deepEqual((await bench.up()).changes, {});
        assert.equal(await onNode(`cat ${file}`), "one");
    });

    it("runs create again after a change, and keeps the key out of the state", async () => {
        assert.deepEqual((await bench.up(program("two"))).changes, { update: 1 });
        assert.equal(await onNode(`cat ${file}`), "onetwo");
        assert.equal(bench.stored().includes(server.privateKey.split("\n")[1]), false);
    });

    it("runs delete on deletion", async () => {
        await bench.destroy();
        await assert.rejects(onNode(`cat ${file}`));
    });
});

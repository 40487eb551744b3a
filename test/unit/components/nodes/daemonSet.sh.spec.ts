import * as assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { type Running, script, scriptFolder, until } from "../../shellScripts";

describe("nodes/daemonSet.sh", () => {
    const { at, write, lines, tree, inFolder, run, fakeSleep, sleeps } = scriptFolder();

    const env = {
        RECORD: ".private-registry-ns-access",
        DAEMON_SET: "/apis/apps/v1/namespaces/ns/daemonsets/access",
        KUBERNETES_SERVICE_HOST: "10.96.0.1",
        KUBERNETES_SERVICE_PORT: "443",
    };
    let agent: Running | undefined;

    /** The content of the agent's ConfigMap and Secret: files by their path below the root `node`; those in `secret` are secret. */
    function want(files: Record<string, string>, secret: string[] = []): void {
        const entries = Object.entries(files);
        const list = entries.map(([file, content], i) => {
            const [folder, mode] = secret.includes(file) ? ["secrets", "0600"] : ["files", "0644"];
            write(`agent/${folder}/file-${i}`, content);
            return `${at("node")} ${file} ${folder}/file-${i} ${mode}\n`;
        });
        write("agent/files/list", list.join(""));
        write("agent/files/roots", `${at("node")}\n`);
    }

    /** Starts the agent, on a node whose containerd reads the directory `node`, or the given ones. */
    function launch(configPath = at("node")): Running {
        mkdirSync(at("dev"), { recursive: true });
        write("agent/files/directories", "");
        write("agent/containerd/config.toml", `[plugins.cri.registry]\nconfig_path = "${configPath}"\n`);
        write(
            "proc/self/mountinfo",
            "1 0 0:1 / / rw - overlay overlay rw,upperdir=/var/lib/containerd/io.containerd.x/1",
        );
        const agentScript = inFolder("nodes/daemonSet.sh", "/tmp/", "/agent", "/dev/termination-log");
        return run(
            script("nodes/nodeFiles.sh") + inFolder("nodes/runtime.sh", "/proc/self/mountinfo") + agentScript,
            env,
        );
    }

    /** Starts the agent and waits until it sleeps after its first loop. */
    async function start(): Promise<Running> {
        fakeSleep();
        write("agent/credentials/token", "token-of-the-agent");
        mkdirSync(at("tmp"), { recursive: true });
        const slept = sleeps().length;
        agent = launch();
        await until(() => sleeps().length > slept || agent?.process.exitCode !== null, "the first round");
        assert.equal(agent.process.exitCode, null, agent.output());
        return agent;
    }

    /** Wakes the agent and waits until it sleeps again. */
    async function nextRound(): Promise<void> {
        const rounds = sleeps().length;
        writeFileSync(at(`wake-${rounds}`), "");
        await until(() => sleeps().length > rounds, "the next round");
    }

    /** Stops the agent like the kubelet, with this response of the API server. */
    async function stop(curl: string): Promise<void> {
        write("bin/curl", `#!/bin/sh\nprintf '%s\\n' "$@" >"${at("asked")}"\ncat >"${at("header")}"\n${curl}\n`, 0o755);
        agent?.process.kill("SIGTERM");
        assert.equal(await agent?.ended, 0, agent?.output());
    }

    const files = { "a.example/ca.crt": "the authority\n", "a.example/hosts.toml": "the mapping\n", "b.conf": "b\n" };
    const record = { [env.RECORD]: "a.example/ca.crt\na.example/hosts.toml\nb.conf\n" };

    it("writes all files and a record of them, and then reports readiness", async () => {
        want(files);
        await start();
        assert.deepEqual(tree("node"), { ...files, ...record });
        assert.deepEqual([existsSync(at("tmp/ready")), existsSync(at("tmp/read"))], [true, true]);
        assert.equal(lines("tmp/status")[0], `this node runs containerd, which reads ${at("node")}`);
        assert.equal(statSync(at("node/b.conf")).mode & 0o777, 0o644);
    });

    it("makes a secret file readable by root only, at any time", async () => {
        want(files, ["b.conf"]);
        await start();
        assert.equal(statSync(at("node/b.conf")).mode & 0o777, 0o600);
        assert.equal(statSync(at("node/a.example/ca.crt")).mode & 0o777, 0o644);
        chmodSync(at("node/b.conf"), 0o666);
        await nextRound();
        assert.equal(statSync(at("node/b.conf")).mode & 0o777, 0o600, "mended");
        want(files);
        await nextRound();
        assert.equal(statSync(at("node/b.conf")).mode & 0o777, 0o644, "no secret any more");
    });

    it("does not rewrite an unchanged file", async () => {
        want(files);
        await start();
        const then = new Date("2020-01-01T00:00:00Z");
        utimesSync(at("node/b.conf"), then, then);
        await nextRound();
        assert.equal(statSync(at("node/b.conf")).mtimeMs, then.getTime());
    });

    it("replaces a file atomically", async () => {
        want(files);
        await start();
        const { ino } = statSync(at("node/b.conf"));
        want({ ...files, "b.conf": "next\n" });
        await nextRound();
        assert.notEqual(statSync(at("node/b.conf")).ino, ino);
        assert.deepEqual(
            Object.keys(tree("node")).filter((file) => file.endsWith(".new")),
            [],
        );
    });

    it("restores changed and removed files in the next loop", async () => {
        want(files);
        await start();
        write("node/a.example/ca.crt", "changed\n");
        rmSync(at("node/b.conf"));
        await nextRound();
        assert.deepEqual(tree("node"), { ...files, ...record });
    });

    it("follows its ConfigMap, and removes the files of an earlier version", async () => {
        want(files);
        await start();
        want({ "c.example/ca.crt": "the next authority\n", "b.conf": "b\n" });
        await nextRound();
        assert.deepEqual(tree("node"), {
            "c.example/ca.crt": "the next authority\n",
            "b.conf": "b\n",
            [env.RECORD]: "b.conf\nc.example/ca.crt\n",
        });
        assert.equal(existsSync(at("node/a.example")), false);
    });

    it("removes the files of the previous pod", async () => {
        want(files);
        await start();
        await stop("exit 7");
        want({ "b.conf": "b\n" });
        await start();
        assert.deepEqual(tree("node"), { "b.conf": "b\n", [env.RECORD]: "b.conf\n" });
    });

    it("never removes files of others, nor a directory that contains one", async () => {
        const theirs = {
            "a.example/client.key": "theirs\n",
            "docker.io/hosts.toml": "theirs\n",
            ".private-registry-x": "y\n",
        };
        for (const [file, content] of Object.entries(theirs)) write(`node/${file}`, content);
        want(files);
        await start();
        await stop("printf '\\n404'");
        assert.deepEqual(tree("node"), theirs);
    });

    const answers: [string, string, "removes" | "keeps"][] = [
        ["that there is no such DaemonSet", `printf '{"code":404}\\n404'`, "removes"],
        ["that the permission is gone", `printf '{"code":403}\\n403'`, "removes"],
        ["that the account is gone", `printf '{"code":401}\\n401'`, "removes"],
        [
            "that it is being deleted",
            `printf '{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}\\n200'`,
            "removes",
        ],
        ["that it is there", `printf '{"hostPath": {"path": "FOLDER"}}\\n200'`, "keeps"],
        ["that it mounts other folders now", `printf '{"hostPath": {"path": "FOLDER2"}}\\n200'`, "removes"],
        ["that something is wrong with it", `printf '{"code":500}\\n500'`, "keeps"],
        ["nothing", "exit 28", "keeps"],
    ];
    for (const [answer, curl, does] of answers) {
        it(`${does} the files when it is stopped and the API server responds ${answer}`, async () => {
            want(files);
            await start();
            await stop(curl.replace("FOLDER", at("node")));
            assert.deepEqual(tree("node"), does === "removes" ? {} : { ...files, ...record });
            assert.equal(existsSync(at("node/a.example")), does === "keeps");
        });
    }

    it("is not ready where nothing reads the files: it ends once with the reason, and then runs with that status", async () => {
        want(files);
        fakeSleep();
        write("agent/credentials/token", "token-of-the-agent");
        mkdirSync(at("tmp"), { recursive: true });
        const reason = `this node runs containerd, which reads /elsewhere, as its config.toml says, so nothing reads ${at("node")}; add that directory to nodes.directories`;
        agent = launch("/elsewhere");
        assert.equal(await agent.ended, 1, agent.output());
        assert.deepEqual(lines("dev/termination-log"), [reason]);
        assert.equal(existsSync(at("tmp/ready")), false);
        agent = launch("/elsewhere");
        await until(() => sleeps().length > 0, "the first round after the restart");
        assert.deepEqual(lines("tmp/status"), [reason]);
        assert.ok(agent.output().includes(reason), "in the log of the running container, too");
        assert.deepEqual([existsSync(at("tmp/ready")), existsSync(at("tmp/read"))], [true, false]);
        assert.deepEqual(tree("node"), { ...files, ...record }, "for when the runtime reads them");

        write("agent/containerd/config.toml", `[plugins.cri.registry]\nconfig_path = "${at("node")}"\n`);
        await nextRound();
        assert.equal(existsSync(at("tmp/read")), true, "the runtime's configuration was corrected");
    });

    it("is not ready while another component configures the host, and takes over when that is removed", async () => {
        write("node/a.example/ca.crt", "another authority\n");
        write("node/.private-registry-other-access", "a.example/ca.crt\n");
        want(files);
        mkdirSync(at("tmp"), { recursive: true });
        writeFileSync(at("tmp/told"), "");
        await start();
        assert.deepEqual(lines("tmp/status"), [
            `${at("node")}/a.example/ca.crt belongs to another component (${at("node/.private-registry-other-access")}); remove the host from one of the two, or that file if the component no longer exists`,
        ]);
        assert.equal(existsSync(at("tmp/read")), false);
        assert.equal(readFileSync(at("node/a.example/ca.crt"), "utf8"), "another authority\n");
        rmSync(at("node/.private-registry-other-access"));
        rmSync(at("node/a.example/ca.crt"));
        await nextRound();
        assert.equal(existsSync(at("tmp/read")), true);
        assert.equal(tree("node")["a.example/ca.crt"], "the authority\n");
    });

    it("requests its own DaemonSet, without its token in the process list", async () => {
        want(files);
        await start();
        await stop("printf '\\n404'");
        const asked = readFileSync(at("asked"), "utf8");
        assert.ok(asked.includes(`\nhttps://10.96.0.1:443${env.DAEMON_SET}\n`), asked);
        assert.ok(asked.includes(`--cacert\n${at("agent/credentials/ca.crt")}\n`), asked);
        assert.equal(asked.includes("token-of-the-agent"), false);
        assert.equal(readFileSync(at("header"), "utf8"), "Authorization: Bearer token-of-the-agent\n");
    });
});

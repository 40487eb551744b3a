import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "@kubernetes/client-node";
import { findCluster } from "../../../sandbox/cluster/cluster";
import { nodeProcess } from "../../../sandbox/cluster/node";
import { sandboxFolder } from "../../../sandbox/cluster/settings";
import { waitUntil } from "../../../sandbox/cluster/waiting";
import { run } from "../../../sandbox/command";
import { repositoryRoot } from "../../../sandbox/paths";
import { openSandbox, type Sandbox, startSandbox, stopSandbox } from "../../../sandbox/sandbox";
import { firstStartLimit } from "../harness";
import { machineState, processTree, survivors, traces, whyNoSandbox } from "./machine";
import { keeper, server, service } from "./objects";

const name = "test-node";
const folder = sandboxFolder(name);
const progress = () => undefined;

describe("a sandbox", function () {
    this.timeout(120_000);
    let sandbox: Sandbox;
    let machineBefore: Record<string, string>;

    const kubectl = (...args: string[]) => run(["kubectl", ...args], { env: sandbox.environment });
    const isReady = (pod: string) => kubectl("wait", "--for=condition=Ready", "--timeout=60s", `pod/${pod}`);
    const cluster = () => findCluster(name) ?? assert.fail("no settings");
    const firstNode = () => nodeProcess(cluster(), cluster().nodes[0]) ?? assert.fail("node1 does not run");

    function apply(...items: KubernetesObject[]): Promise<string> {
        const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
        return run(["kubectl", "apply", "--filename=-"], { env: sandbox.environment, input });
    }

    /** The response of an address to a pod, with retries for some seconds, because a Service's rules are updated after its pods. */
    async function fetchFrom(pod: string, url: string): Promise<string> {
        const curl = [
            "curl",
            "--silent",
            "--show-error",
            "--max-time",
            "2",
            "--retry",
            "8",
            "--retry-delay",
            "1",
            "--retry-all-errors",
            url,
        ];
        return (await kubectl("exec", pod, "--", ...curl)).trim();
    }

    before(async function () {
        const reason = whyNoSandbox();
        if (reason) {
            console.log(`    skipped: ${reason}`);
            this.skip();
        }
        this.timeout(firstStartLimit);
        await stopSandbox({ name, purge: true, progress });
        machineBefore = await machineState();
        sandbox = await startSandbox({ name, progress });
    });

    after(async () => {
        if (!whyNoSandbox()) await stopSandbox({ name, purge: true, progress });
    });

    it("makes its keys and its passphrase readable by root only", () => {
        for (const file of [
            "kubeconfig",
            "ca.key",
            "admin.key",
            "pulumi-passphrase",
            "node1/kubernetes/kubelet.kubeconfig",
        ]) {
            assert.equal(fs.statSync(`${folder}/${file}`).mode & 0o777, 0o600, file);
        }
        assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
    });

    it("is not changed by a second start, which takes less than a second", async () => {
        const pid = firstNode();
        const started = Date.now();
        await startSandbox({ name, progress });
        assert.ok(Date.now() - started < 1000, `${Date.now() - started} ms`);
        assert.equal(firstNode(), pid);
    });

    it("gives a pod a volume of the default storage class, and a Service with a DNS name", async () => {
        await apply(...keeper());
        await isReady("keeper");
        assert.equal(await fetchFrom("keeper", "http://keeper.default.svc.cluster.local/starts"), "started");
    });

    it("configures a shell to use it", async () => {
        const cli = `"${process.execPath}" "${path.join(repositoryRoot, "dist", "sandbox", "cli", "cli.js")}"`;
        const script = `eval "$(${cli} env --name ${name})" && kubectl get nodes --output=name && pulumi whoami --verbose`;
        const output = await run(["sh", "-euc", script]);
        assert.match(output, /^node\/node1$/m);
        assert.ok(output.includes(`file://${folder}/pulumi-state`), output);
    });

    it("can run the machine's programs in a node's network and in all of its namespaces", async () => {
        const address = (await kubectl("get", "service", "keeper", "--output=jsonpath={.spec.clusterIP}")).trim();
        assert.match(await run([...sandbox.enter(), "ip", "address"]), /10\.244\.1\.1/);
        assert.match(await run([...sandbox.enter(), "iptables-save"]), new RegExp(address.replaceAll(".", "\\.")));
        assert.equal((await run([...sandbox.enter(1, { all: true }), "hostname"])).trim(), "node1");
    });

    it("shows logs and forwards ports like any cluster", async () => {
        await apply(server("talker", "echo said"));
        await isReady("talker");
        assert.equal((await kubectl("logs", "talker")).trim(), "said");
        const forwarding = spawn("kubectl", ["port-forward", "pod/talker", ":8080"], { env: sandbox.environment });
        try {
            const [line] = await once(forwarding.stdout, "data");
            const port = /127\.0\.0\.1:(\d+)/.exec(`${line}`)?.[1];
            assert.equal((await fetch(`http://127.0.0.1:${port}/nothing`)).status, 404);
        } finally {
            forwarding.kill();
        }
    });

    it("keeps writes of pods to the node's directories away from the machine", async () => {
        const volumes = ["etc", "opt"].map((path) => ({ name: path, hostPath: { path: `/${path}` } }));
        await apply(
            server("writer", "mkdir -p /etc/containerd/certs.d/r && echo from-a-pod > /opt/written", { volumes }),
        );
        await isReady("writer");
        const node = sandbox.enter(1, { all: true });
        assert.equal((await run([...node, "cat", "/opt/written"])).trim(), "from-a-pod");
        assert.ok(await run([...node, "ls", "-d", "/etc/containerd/certs.d/r"]));
        assert.equal(fs.existsSync("/opt/written"), false);
        assert.equal(fs.existsSync("/etc/containerd/certs.d/r"), false);
    });

    it("restarts a killed component", async () => {
        const pids = async () =>
            (await run([...sandbox.enter(1, { all: true }), "pgrep", "-x", "kubelet|containerd"])).trim().split("\n");
        const killed = await pids();
        await run([...sandbox.enter(1, { all: true }), "kill", "-KILL", ...killed]);
        const areBack = () =>
            pids().then(
                (now) => now.length === killed.length && !now.some((pid) => killed.includes(pid)),
                () => false,
            );
        await waitUntil(areBack, 20, () => "kubelet and containerd did not come back.");
        await apply(server("later", "true"));
        await isReady("later");
        await kubectl("delete", "pod", "later", "talker", "writer");
    });

    it("is repaired by a start after an interrupted one", async () => {
        await stopSandbox({ name, progress });
        const cli = path.join(repositoryRoot, "dist", "sandbox", "cli", "cli.js");
        for (const milliseconds of [700, 2000]) {
            const start = spawn(process.execPath, [cli, "up", "--name", name], { stdio: "ignore" });
            const ended = once(start, "close");
            await sleep(milliseconds);
            start.kill("SIGKILL");
            await ended;
        }
        sandbox = await startSandbox({ name, progress });
        await isReady("keeper");
    });

    it("is repaired by a start after its node is killed, with its data and without stack locks", async () => {
        const lock = path.join(sandbox.folder, "pulumi-state/.pulumi/locks/organization/project/stack/lock.json");
        fs.mkdirSync(path.dirname(lock), { recursive: true });
        fs.writeFileSync(lock, JSON.stringify({ pid: firstNode() }));
        process.kill(firstNode(), "SIGKILL");
        await waitUntil(
            () => openSandbox(name) === undefined,
            10,
            () => "The node outlived its first process.",
        );
        sandbox = await startSandbox({ name, progress });
        await isReady("keeper");
        assert.equal(await fetchFrom("keeper", "http://keeper.default/starts"), "started\nstarted\nstarted");
        assert.ok(!fs.existsSync(lock), "the stack of a Pulumi that was killed stays locked");
    });

    it("leaves nothing on the machine when it is stopped", async () => {
        const tree = processTree(firstNode());
        const { index } = cluster();
        assert.notDeepEqual(await traces(index), [], "while it runs there is something to see");
        const stored = await stopSandbox({ name, progress });
        assert.ok(stored.some(({ path, bytes }) => path === folder && bytes > 0));
        assert.deepEqual(survivors(tree), []);
        assert.deepEqual(await traces(index), []);
        assert.deepEqual(await machineState(), machineBefore);
        assert.equal(openSandbox(name), undefined);
    });

    it("keeps its pods, volumes and objects when it is started again, with another node, from a shell that uses it", async () => {
        const { PATH } = process.env;
        process.env.PATH = sandbox.environment.PATH;
        try {
            sandbox = await startSandbox({ name, nodes: 2, progress });
        } finally {
            process.env.PATH = PATH;
        }
        await isReady("keeper");
        assert.match(await fetchFrom("keeper", "http://keeper.default/starts"), /^(started\n){3}started$/);
        assert.equal(await kubectl("get", "configmap", "note", "--output=jsonpath={.data.kept}"), "yes");
    });

    it("connects the pods of two nodes, by address and through a Service", async () => {
        await apply(server("there", "echo hello > /tmp/greeting", { nodeName: "node2" }), service("there"));
        await isReady("there");
        const address = await kubectl("get", "pod", "there", "--output=jsonpath={.status.podIP}");
        assert.match(address, /^10\.244\.2\./);
        assert.equal(await fetchFrom("keeper", `http://${address}:8080/greeting`), "hello");
        assert.equal(await fetchFrom("keeper", "http://there.default/greeting"), "hello");
        assert.match(await fetchFrom("there", "http://keeper.default/starts"), /^started/);
    });
});

import * as assert from "node:assert/strict";
import { run } from "../../../sandbox/command";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    stepwise,
    theSandbox,
} from "../harness";

describe("nodes with hand-written files, and arguments for another runtime", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("runtimes-team");
    const host = "runtimes.example.com";
    const certs = "/etc/containerd/certs.d";
    const handWritten = 'server = "https://elsewhere.example.com"\n';
    const registry = new RegistryStack("runtimes", {
        namespace: "runtimes",
        host,
        storage: { memory: {} },
        pullSecrets: { namespaces: ["runtimes-team"] },
        nodes: { runtimes: ["k3s" as never] },
        // The provider would wait ten minutes for the DaemonSet.
        annotations: { "pulumi.com/timeoutSeconds": "45" },
    });
    const onNode = (script: string) => run([...theSandbox().enter(1, { all: true }), "sh", "-c", script]);
    const agents = "--namespace runtimes-node --selector app.kubernetes.io/component=node-trust";
    const sentence =
        /this node runs containerd, so nothing reads \/var\/lib\/rancher\/k3s\/agent\/etc\/containerd\/certs\.d; add containerd to nodes\.runtimes/;

    before(() =>
        onNode(
            `mkdir -p ${certs}/${host}; printf '${handWritten}' >${certs}/${host}/hosts.toml; chmod 640 ${certs}/${host}/hosts.toml`,
        ),
    );
    after(async () => {
        await registry.remove();
        await onNode(`rm -rf ${certs}/${host}`);
    });

    it("are reported where nothing reads the agent's files, and the DaemonSet is not ready", async () => {
        const { code, stdout, stderr } = await registry.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(code, 0);
        assert.match(stdout + stderr, /\[Pod runtimes-node\/registry-access-node-trust-\w+\]/);
        const pods = JSON.parse(await kubectl(`get pods ${agents} --output json`)).items;
        assert.equal(pods.length, 1);
        const [container] = pods[0].status.containerStatuses;
        assert.deepEqual([container.started, container.ready, container.restartCount], [true, false, 1]);
        assert.match(container.lastState.terminated.message, sentence);
        assert.match(await kubectl(`describe pod ${agents}`), new RegExp(`Readiness probe failed: ${sentence.source}`));
        assert.match(await kubectl(`logs ${agents}`), sentence);
        assert.equal(await onNode(`cat ${certs}/${host}/hosts.toml`), handWritten);
    });

    it("are read in a directory that the arguments name, and the files that were there are kept", async () => {
        registry.args = { ...registry.args, annotations: {}, nodes: { directories: [certs] } };
        await registry.up();
        const image = await pushImage(registry);
        await pullByKubelet(`${host}/${image}`, "runtimes-team", "registry-pull");
        assert.match(
            await kubectl(`logs ${agents}`),
            /this node runs containerd, which reads \/etc\/containerd\/certs\.d\n/,
        );
        assert.equal(
            await onNode(`cat ${certs}/.private-registry-runtimes-node-*.kept/${host}/hosts.toml`),
            handWritten,
        );
        assert.equal(await onNode("ls /var/lib/rancher/k3s/agent/etc/containerd/certs.d"), "", "the files for k3s");
        await registry.expectNoChange();
    });

    it("have their own files again when the registry is destroyed", async () => {
        await registry.remove();
        assert.equal(await onNode(`find ${certs} -path '*runtimes*' -type f`), `${certs}/${host}/hosts.toml\n`);
        assert.equal(await onNode(`cat ${certs}/${host}/hosts.toml`), handWritten);
        assert.equal(await onNode(`stat -c %a ${certs}/${host}/hosts.toml`), "640\n");
    });
});

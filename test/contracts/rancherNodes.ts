import * as assert from "node:assert/strict";
import type { ContainerRuntime } from "../../components";
import { nodeFiles } from "../../components/nodes/nodeFiles";
import type { RancherDistribution } from "./k3s";
import { runtimeDetection } from "./nodeRuntime";

const registry = {
    hosts: ["registry.example.com:8443"],
    endpoint: "203.0.113.7:443",
    caCertPem: "the CA",
    logins: { "registry.example.com:8443": "bWU6cGFzcw==" },
};

/** Compares what a node agent writes for k3s or RKE2, and finds there, with facts about it. */
export function describeNodeFiles(name: string, runtime: ContainerRuntime, facts: RancherDistribution): void {
    describe(`the files for ${name} on a node`, () => {
        const files = nodeFiles({ runtimes: [runtime] }, registry);

        it("are in the directory that its containerd reads", () => {
            assert.deepEqual([...new Set(files.map(({ root }) => root))], [facts.hostsDirectory]);
        });

        it("do not have the line with which it recognizes its own files", () => {
            const tomls = files.filter(({ path }) => path.endsWith("hosts.toml"));
            assert.notEqual(tomls.length, 0);
            for (const { content } of tomls) assert.notEqual(content.split("\n")[0], facts.header);
        });
    });

    describe(`the node agent's detection of ${name}`, () => {
        const detect = runtimeDetection();
        const upperDirectory = `${facts.containerdRoot}/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs`;
        const node = { upperDirectory, resolvConf: "/resolv.conf" };

        it("says which directory its containerd reads", async () => {
            const says = await detect({ ...node, folders: [facts.hostsDirectory] });
            assert.equal(says, `this node runs ${name}, which reads ${facts.hostsDirectory}`);
        });

        it("says what to configure if the agent writes elsewhere", async () => {
            const says = await detect({ ...node, folders: ["/etc/docker/certs.d"] });
            assert.ok(says.includes(`which reads ${facts.hostsDirectory}`), says);
            assert.ok(says.endsWith(`add ${runtime} to nodes.runtimes`), says);
        });
    });
}

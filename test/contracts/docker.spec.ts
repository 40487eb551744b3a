import * as assert from "node:assert/strict";
import * as path from "node:path";
import { ContainerRuntime } from "../../components";
import { nodeFiles } from "../../components/nodes/nodeFiles";
import { docker } from "./docker";
import { runtimeDetection } from "./nodeRuntime";

const hosts = ["registry.example.com", "images.example.com:8443"];
const registry = { hosts, endpoint: "203.0.113.7:443", caCertPem: "the CA" };

describe(`the files for Docker on a node, compared with Docker Engine ${docker.version}`, () => {
    it("have the CA certificate of each host where Docker reads it", () => {
        const files = nodeFiles({ runtimes: [ContainerRuntime.Docker] }, registry);
        assert.deepEqual(
            files.map((file) => path.dirname(file.path)),
            hosts,
        );
        for (const file of files) {
            assert.equal(file.root, docker.certificates);
            assert.equal(path.extname(file.path), docker.caExtension);
            assert.equal(file.content, "the CA");
        }
    });
});

describe("the node agent's detection of Docker", () => {
    const detect = runtimeDetection();

    it("says which directory Docker reads", async () => {
        const says = await detect({
            upperDirectory: "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/3/fs",
            resolvConf: `${docker.containers}/12/resolv.conf`,
            folders: [docker.certificates],
        });
        assert.equal(says, `this node runs Docker, which reads ${docker.certificates}`);
    });
});

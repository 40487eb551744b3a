import * as assert from "node:assert/strict";
import * as path from "node:path";
import { ContainerRuntime } from "../../components";
import { nodeFiles } from "../../components/nodes/nodeFiles";
import { script } from "../unit/shellScripts";
import { crio } from "./crio";
import { runtimeDetection } from "./nodeRuntime";

const host = "registry.example.com:8443";
const endpoint = "203.0.113.7:443";
const files = nodeFiles({ runtimes: [ContainerRuntime.CriO] }, { hosts: [host], endpoint, caCertPem: "the CA" });
const below = (root: string) => files.filter((file) => file.root === root);

describe(`the files for CRI-O on a node, compared with CRI-O ${crio.version}`, () => {
    it("are in directories that it reads", () => {
        const known: string[] = [crio.certificates[0], crio.registries.directory];
        assert.deepEqual([...new Set(files.map(({ root }) => root))].sort(), known.sort());
    });

    it("have the CA certificate of each address that it connects to", () => {
        const found = below(crio.certificates[0]);
        assert.deepEqual(found.map((file) => path.dirname(file.path)).sort(), [endpoint, host].sort());
        for (const file of found) {
            assert.equal(path.extname(file.path), crio.caExtension);
            assert.equal(file.content, "the CA");
        }
    });

    it("send pulls from the host to the endpoint", () => {
        const { directory, extension } = crio.registries;
        const { registry, mirror, address } = crio.tables;
        const [file, ...others] = below(directory);
        assert.deepEqual(others, []);
        assert.equal(path.dirname(file.path), ".");
        assert.equal(path.extname(file.path), extension);
        assert.deepEqual(file.content.split("\n").filter(Boolean), [
            registry,
            `${address} = "${host}"`,
            mirror,
            `${address} = "${endpoint}"`,
        ]);
    });
});

describe("the node agent's detection of CRI-O", () => {
    const detect = runtimeDetection();
    const [graphRoot, runRoot] = crio.storage;
    const node = {
        upperDirectory: `${graphRoot}/overlay/12/diff`,
        resolvConf: `${runRoot.replace(/^\/run/, "")}/overlay-containers/12/userdata/resolv.conf`,
    };

    for (const directory of crio.certificates) {
        it(`says that it reads ${directory}`, async () => {
            const says = await detect({ ...node, folders: [directory] });
            assert.equal(says, `this node runs CRI-O, which reads ${directory}`);
        });
    }

    it("says when it reads the mapping of host names", async () => {
        const folders = [crio.certificates[0], crio.registries.directory];
        const says = await detect({ ...node, folders });
        assert.match(says, new RegExp(`when it is reloaded \\(.*\\), ${crio.registries.directory}$`));
        assert.ok(script("nodes/runtime.sh").includes("systemctl reload crio"));
    });
});

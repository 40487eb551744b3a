import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { repositoryRoot } from "../../../sandbox/paths";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { firstStartLimit, inSandbox, kubectl, stepwise, theSandbox } from "../harness";
import { assertEncrypted, Consumer, type ExampleOutputs, pushAndPull } from "./consumer";
import { linkTool } from "./tools";

describe("a YAML project with this repository as its package (examples/consume-from-yaml)", () => {
    stepwise();
    inSandbox();
    let consumer: Consumer;
    let outputs: ExampleOutputs;

    before(async function () {
        this.timeout(firstStartLimit);
        const { "pulumi-language-yaml": host } = await ensureTools(["pulumi-language-yaml"], printProgress);
        linkTool(theSandbox(), host);
        consumer = new Consumer(path.join(repositoryRoot, "examples", "consume-from-yaml"));
    });
    after(() => consumer?.remove());

    it("is deployed from fifteen lines, and then does not change", async () => {
        outputs = await consumer.up();
    });

    it("accepts an image, which the kubelet pulls", () => pushAndPull(outputs, "default", "registry-pull"));

    it("keeps its secrets encrypted in the state", async () => assertEncrypted(await consumer.state(), outputs));

    it("leaves nothing when it is destroyed", async () => {
        await consumer.remove();
        assert.equal(await kubectl("get secrets --namespace default --output name"), "");
    });

    it("is rejected with the path when an Output decides what exists", async () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-yaml-"));
        const program = {
            name: "private-registry-yaml-output",
            runtime: "yaml",
            packages: { "private-registry": repositoryRoot },
            resources: {
                registry: {
                    type: "private-registry:index:PrivateRegistry",
                    properties: { storage: { volume: { deleteWithStack: { "fn::secret": false } } } },
                },
            },
        };
        fs.writeFileSync(path.join(folder, "Pulumi.yaml"), stringify(program));
        const wrong = new Consumer(folder);
        await assert.rejects(wrong.pulumi("preview"), {
            message: /storage\.volume\.deleteWithStack: must be known before any resource is created/,
        });
        await wrong.remove();
        fs.rmSync(folder, { recursive: true });
    });
});

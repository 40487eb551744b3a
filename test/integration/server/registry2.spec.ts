import * as assert from "node:assert/strict";
import { imageReferences } from "../../../sandbox/images/images";
import { craneOf, inSandbox, kubectl, namespaceOfPods, pullByKubelet, RegistryStack, stepwise } from "../harness";
import { everyBlobIsWhole, takesGivesAndDeletes } from "../images";

/** Debian's build of registry 2.8, under the name of the public image; see sandbox/images/catalog.ts. */
describe("registry 2", () => {
    stepwise();
    inSandbox("registry-2");
    namespaceOfPods("two-team");
    const registry = new RegistryStack("two", {
        namespace: "two",
        image: imageReferences["registry-2"],
        pullSecrets: { namespaces: ["two-team"], name: "two" },
        storage: { volume: { deleteWithStack: true } },
    });
    let image: string;
    after(() => registry.remove());

    /** The version that the registry's executable prints. */
    const version = () =>
        kubectl(`exec --namespace two deployment/${registry.outputs.deploymentName} -- /bin/registry --version`);

    it("is deployed, and then does not change or drift", async () => {
        await registry.up();
        await registry.expectNoChange();
        assert.match(await version(), /[ v]2\.8\./);
    });

    it("accepts, serves and deletes images", async () => {
        image = await takesGivesAndDeletes(registry, "two-team", "two");
    });

    it("becomes registry 3 with a changed image, and keeps the images", async () => {
        const digest = await craneOf(registry, (host) => ["digest", `${host}/${image}`]);
        registry.args.image = undefined;
        await registry.up();
        await registry.expectNoChange();
        assert.match(await version(), /[ v]3\./);
        assert.equal(await craneOf(registry, (host) => ["digest", `${host}/${image}`]), digest);
        await everyBlobIsWhole(registry, image);
        await pullByKubelet(`${registry.outputs.host}/${image}`, "two-team", "two");
        await takesGivesAndDeletes(registry, "two-team", "two");
    });
});

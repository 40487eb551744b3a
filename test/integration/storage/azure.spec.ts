import * as assert from "node:assert/strict";
import { withAzurite } from "../azurite";
import { inSandbox, kubectl, namespaceOfPods, RegistryStack, stepwise } from "../harness";
import { takesGivesAndDeletes } from "../images";
import { withEnforcedPolicies } from "../policyAgent";

/** Registry 2 cannot use azurite: its driver has no `serviceurl`, and connects to https only. */
describe("config.storage.azure with azurite", () => {
    stepwise();
    inSandbox();
    // The registry reaches azurite only through the rule that is derived from its address.
    withEnforcedPolicies();
    namespaceOfPods("azure-team");
    const azurite = withAzurite();
    const registry = new RegistryStack(
        "azure",
        {
            namespace: "azure",
            replicas: 2,
            networkPolicy: {},
            pullSecrets: { namespaces: ["azure-team"], name: "azure" },
        },
        { "config-storage.azure.accountkey": azurite.accountKey },
    );
    after(() => registry.remove());

    it("needs a container, which registry 3 does not create", async () => {
        await azurite.request("PUT", "images", { restype: "container" });
    });

    it("is deployed with two replicas and without a claim, and then does not change or drift", async () => {
        const { accountName } = azurite;
        const azure = { accountname: accountName, container: "images", serviceurl: azurite.url() };
        registry.args.config = { storage: { azure } };
        await registry.up();
        await registry.expectNoChange();
        assert.equal((await registry.pods()).length, 2);
        assert.equal(await kubectl("get persistentvolumeclaims --namespace azure --output name"), "");
    });

    it("accepts, serves and deletes images", async () => {
        const image = await takesGivesAndDeletes(registry, "azure-team", "azure");
        const [repository] = image.split(":");
        const list = await azurite.request("GET", "images", { restype: "container", comp: "list" });
        assert.ok(list.includes(`docker/registry/v2/repositories/${repository}/`), list.slice(0, 500));
    });
});

import * as assert from "node:assert/strict";
import { inSandbox, kubectl, namespaceOfPods, RegistryStack, stepwise } from "../harness";

describe("a deleted namespace with a pull secret", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("deleted-team");
    const registry = new RegistryStack("deleted", {
        namespace: "deleted",
        storage: { memory: {} },
        nodes: { enabled: false },
        pullSecrets: { namespaces: ["deleted-team"], serviceAccounts: ["default"] },
    });
    after(() => registry.remove());

    it("cannot be removed from pullSecrets at first, because the provider finds no service account to restore", async () => {
        await registry.up();
        await kubectl("delete namespace deleted-team");
        registry.args = { ...registry.args, pullSecrets: undefined };
        const { code, stdout, stderr } = await registry.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(code, 0);
        assert.match(stdout + stderr, /namespaces "deleted-team" not found/);
    });

    it("is removed from the state by the `pulumi refresh` in docs/troubleshooting.md", async () => {
        const { code, stdout, stderr } = await registry.pulumi("refresh", "--yes");
        assert.equal(code, 0, stdout + stderr);
        await registry.up();
        await registry.expectNoChange();
    });
});

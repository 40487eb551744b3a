import * as assert from "node:assert/strict";
import { inSandbox, kubectl, namespaceOfPods, RegistryStack, stepwise } from "../harness";

describe("a namespace with a pull secret that was deleted", () => {
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

    it("cannot be removed from pullSecrets at first: the provider finds no service account to restore", async () => {
        await registry.up();
        await kubectl("delete namespace deleted-team");
        registry.args = { ...registry.args, pullSecrets: undefined };
        const { code, stdout, stderr } = await registry.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(code, 0);
        assert.match(stdout + stderr, /namespaces "deleted-team" not found/);
    });

    it("is forgotten by one `pulumi refresh`, as docs/troubleshooting.md says", async () => {
        const { code, stdout, stderr } = await registry.pulumi("refresh", "--yes");
        assert.equal(code, 0, stdout + stderr);
        await registry.up();
        await registry.expectNoChange();
    });
});

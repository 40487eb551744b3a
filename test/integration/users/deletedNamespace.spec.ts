import * as assert from "node:assert/strict";
import type { CommandResult } from "../../../sandbox/command";
import { inSandbox, kubectl, RegistryStack, stepwise } from "../harness";

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "deleted-team" } };
const pullSecrets = { namespaces: ["deleted-team"], serviceAccounts: ["default"] };

describe("a deleted namespace with a pull secret", () => {
    stepwise();
    inSandbox();
    const registry = new RegistryStack("deleted", {
        namespace: "deleted",
        storage: { memory: {} },
        nodes: { enabled: false },
    });
    after(() => registry.remove());

    const ways: [string, () => Promise<CommandResult>][] = [
        ["the `pulumi refresh` in docs/troubleshooting.md", () => registry.pulumi("refresh", "--yes")],
        ["`repair`", () => registry.repair()],
    ];
    for (const [what, forget] of ways) {
        it(`is removed from the state by ${what}, and not by \`up\`, which finds no service account to restore`, async () => {
            await kubectl("apply --filename -", JSON.stringify(namespace));
            registry.args = { ...registry.args, pullSecrets };
            await registry.up();
            await kubectl("delete namespace deleted-team");
            registry.args = { ...registry.args, pullSecrets: undefined };
            const failed = await registry.pulumi("up", "--yes", "--skip-preview");
            assert.notEqual(failed.code, 0);
            assert.match(failed.stdout + failed.stderr, /namespaces "deleted-team" not found/);
            const { code, stdout, stderr } = await forget();
            assert.equal(code, 0, stdout + stderr);
            await registry.up();
            await registry.expectNoChange();
        });
    }
});

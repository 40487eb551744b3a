import * as assert from "node:assert/strict";
import * as path from "node:path";
import { run } from "../../../sandbox/command";
import { inSandbox, kubectl, RegistryStack, stepwise, theSandbox } from "../harness";

describe("two stacks that name the same objects", () => {
    stepwise();
    inSandbox();
    const args = { namespace: "owned", storage: { memory: {} }, nodes: { enabled: false } };
    const first = new RegistryStack("owner", args);
    const second = new RegistryStack("intruder", { ...args, createNamespace: false });
    const renamed = new RegistryStack("new-owner", args);
    after(async () => {
        for (const stack of [second, renamed, first]) await stack.remove();
    });

    const owner = () =>
        kubectl(
            `get services,deployments --namespace owned --output jsonpath={.items[*].metadata.annotations.private-registry/owner}`,
        );

    it("do not share them: the second one fails before it changes any, and says whose they are", async () => {
        await first.up();
        const result = await second.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(result.code, 0);
        const output = (result.stdout + result.stderr).replace(/\s+/g, " ");
        const others = "component registry of Pulumi stack organization/private-registry/owner";
        assert.match(
            output,
            new RegExp(`conflicts with "${others}"[^"]*\\.metadata\\.annotations\\.private-registry/owner`),
        );
        await first.expectNoChange();
        assert.deepEqual([...new Set((await owner()).split(" "))], ["organization/private-registry/owner"]);
    });

    it("can be renamed: what is in the state stays the stack's own", async () => {
        // It renames the stack's file, too.
        await run(["pulumi", "stack", "rename", "new-owner", "--stack", "organization/private-registry/owner"], {
            env: theSandbox().environment,
            cwd: path.dirname(first.stack.configFile),
        });
        const before = await kubectl("get deployments --namespace owned --output jsonpath={.items[*].metadata.uid}");
        renamed.args = { ...args, resources: { limits: { memory: "300Mi" } } };
        await renamed.up();
        await renamed.expectNoChange();
        assert.deepEqual([...new Set((await owner()).split(" "))], ["organization/private-registry/new-owner"]);
        assert.equal(
            await kubectl("get deployments --namespace owned --output jsonpath={.items[*].metadata.uid}"),
            before,
        );
    });
});

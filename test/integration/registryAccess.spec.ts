import * as assert from "node:assert/strict";
import * as path from "node:path";
import { stringify } from "yaml";
import { run } from "../../sandbox/command";
import { SandboxStack } from "../../sandbox/stack/stack";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    stepwise,
    theSandbox,
} from "./harness";

describe("two registries in a cluster, and RegistryAccess in another stack", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("access-first");
    namespaceOfPods("access-second");
    namespaceOfPods("access-guest");
    const storage = { memory: {} };
    const first = new RegistryStack("first", {
        namespace: "first",
        storage,
        pullSecrets: { namespaces: ["access-first"], serviceAccounts: ["default"] },
    });
    const second = new RegistryStack("second", {
        namespace: "second",
        serviceName: "second",
        storage,
        host: "second.example.com",
        pullSecrets: { namespaces: ["access-second"], name: "second-pull" },
    });
    const program = path.resolve(__dirname, "access");
    let image: string;

    after(async () => {
        await first.remove();
        await second.remove();
    });

    it("serves the images of both", async () => {
        await first.up();
        await second.up();
        image = await pushImage(first);
        const other = await pushImage(second);
        await pullByKubelet(`${first.outputs.host}/${image}`, "access-first", "registry-pull");
        await pullByKubelet(`second.example.com/${other}`, "access-second", "second-pull");
        await first.expectNoChange();
    });

    it("rejects a service account that another registry patches", async () => {
        const { args } = second;
        second.args = {
            ...args,
            pullSecrets: {
                namespaces: ["access-second", "access-first"],
                serviceAccounts: ["default"],
                name: "second-pull",
            },
        };
        const result = await second.pulumi("up", "--yes", "--skip-preview");
        second.args = args;
        assert.notEqual(result.code, 0);
        assert.match(result.stdout + result.stderr, /conflict.*imagePullSecrets/s);
        await pullByKubelet(`${first.outputs.host}/${image}`, "access-first", undefined);
        await second.up();
    });

    it("lets another stack's namespace pull, under another host name", async () => {
        const stack = new SandboxStack(theSandbox(), "guest", program);
        await stack.prepare(stringify({ config: { "registry-access:stack": "organization/private-registry/first" } }));
        const up = await stack.pulumi(["up", "--yes", "--skip-preview"]);
        assert.equal(up.code, 0, up.stdout + up.stderr);
        const again = await stack.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
        assert.equal(again.code, 0, again.stdout + again.stderr);
        await pullByKubelet(`guest.example.com/${image}`, "access-guest", "guest-pull");
        // Its nodes log in automatically, so the pull secret is for other clients.
        await pullByKubelet(`guest.example.com/${image}`, "access-second", undefined);

        const down = await stack.pulumi(["destroy", "--yes", "--skip-preview"]);
        assert.equal(down.code, 0, down.stdout + down.stderr);
        assert.equal(await kubectl("get secrets --namespace access-guest --output name"), "");
        await run(["pulumi", "stack", "rm", "guest", "--yes", "--preserve-config"], {
            env: theSandbox().environment,
            cwd: program,
        });
    });
});

import * as assert from "node:assert/strict";
import type { PrivateRegistryArgs } from "../../../components";
import { inSandbox, kubectl, namespaceOfPods, RegistryStack, stepwise } from "../harness";

const storage = { volume: { deleteWithStack: true } };

describe("labels and annotations", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("labelled-team");
    const plain: PrivateRegistryArgs = {
        namespace: "labelled",
        storage,
        pullSecrets: { namespaces: ["labelled-team"], serviceAccounts: ["default"] },
    };
    const registry = new RegistryStack("labelled", {
        ...plain,
        labels: { team: "platform" },
        annotations: { "example.com/owner": "platform" },
    });
    after(() => registry.remove());

    const annotatedSecrets = async () => {
        const { items } = JSON.parse(await kubectl("get secrets --namespace labelled --output json"));
        const all: (string | undefined)[] = items.map(
            ({ metadata }: { metadata: { annotations?: Record<string, string> } }) =>
                metadata.annotations?.["example.com/owner"],
        );
        assert.ok(all.length > 2);
        return all.filter((owner) => owner === "platform").length / all.length;
    };

    it("are set on the objects, which then do not change or drift", async () => {
        await registry.up();
        assert.equal(await annotatedSecrets(), 1);
        await registry.expectNoChange();
    });

    it("are removed, and then the objects do not change or drift", async () => {
        registry.args = plain;
        await registry.up();
        assert.equal(await annotatedSecrets(), 0);
        await registry.expectNoChange();
    });
});

describe("the provider's options enableSecretMutable and enableConfigMapMutable", () => {
    stepwise();
    inSandbox();
    const registry = new RegistryStack(
        "mutable",
        { namespace: "mutable", storage, users: [{ name: "admin" }, { name: "ci" }] },
        {},
        { "kubernetes:enableSecretMutable": "true", "kubernetes:enableConfigMapMutable": "true" },
    );
    after(() => registry.remove());

    it("cause no change in a second pulumi up, and no drift", async () => {
        await registry.up();
        await registry.expectNoChange();
    });

    it("update a password and the configuration in place, and the pods use them", async () => {
        const pods = await registry.pods();
        const before = registry.outputs.credentials.ci;
        registry.args = { ...registry.args, users: [{ name: "admin" }, { name: "ci", generation: 2 }] };
        await registry.up();
        assert.notEqual(registry.outputs.credentials.ci, before);
        assert.deepEqual(await registry.pods(), pods);
        await registry.expectNoChange();

        registry.args = { ...registry.args, config: { log: { fields: { team: "platform" } } } };
        await registry.up();
        assert.notDeepEqual(await registry.pods(), pods);
        await registry.expectNoChange();
    });
});

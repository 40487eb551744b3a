import * as assert from "node:assert/strict";
import { Cluster } from "../../../../../sandbox/plugins/kubernetes/cluster";
import { autoName, idOf, parseId } from "../../../../../sandbox/plugins/kubernetes/names";
import { objectType } from "../../../../../sandbox/plugins/kubernetes/object";
import { readSettings } from "../../../../../sandbox/plugins/kubernetes/settings";
import type { ResourceType } from "../../../../../sandbox/plugins/resourceType";
import { type Properties, UNKNOWN, withoutSecretMarks } from "../../../../../sandbox/plugins/values";

const seed = new Uint8Array([1, 2, 3]);

async function check(type: string, news: Properties, olds: Properties = {}) {
    // A cluster that cannot be reached: none of this may need one.
    const settings = readSettings({ kubeconfig: "/does/not/exist", namespace: "configured" });
    const { check: ask } = objectType(new Cluster(settings.choice), settings) as Required<ResourceType>;
    const checked = await ask({ name: "thing", type, news, olds, seed });
    return { ...checked, inputs: withoutSecretMarks(checked.inputs) as { metadata: Record<string, unknown> } };
}

describe("names of objects", () => {
    it("are the logical name and eight hexadecimal digits", () => {
        assert.match(autoName("registry-", seed), /^registry-[0-9a-f]{8}$/);
        assert.equal(autoName("registry-", seed), autoName("registry-", seed));
        assert.notEqual(autoName("a-", new Uint8Array()), autoName("a-", new Uint8Array()));
    });

    it("are given to what the program does not name, with a mark", async () => {
        const { inputs } = await check("kubernetes:core/v1:ConfigMap", {});
        assert.match(String(inputs.metadata.name), /^thing-[0-9a-f]{8}$/);
        assert.deepEqual(inputs.metadata.annotations, { "pulumi.com/autonamed": "true" });
    });

    it("stay the same at the next update", async () => {
        const first = await check("kubernetes:core/v1:ConfigMap", {});
        const next = await check("kubernetes:core/v1:ConfigMap", { data: { a: "1" } }, first.inputs);
        assert.equal(next.inputs.metadata.name, first.inputs.metadata.name);
    });

    it("are made anew when the program no longer gives one", async () => {
        const olds = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "mine" } };
        const { inputs } = await check("kubernetes:core/v1:ConfigMap", {}, olds);
        assert.match(String(inputs.metadata.name), /^thing-/);
    });

    it("are left alone when they are given, or not known yet", async () => {
        for (const name of ["given", UNKNOWN]) {
            const { inputs } = await check("kubernetes:core/v1:ConfigMap", { metadata: { name } });
            assert.deepEqual(inputs.metadata, { name, namespace: "configured" });
        }
    });

    it("are required of what is patched", async () => {
        const { failures } = await check("kubernetes:core/v1:ServiceAccountPatch", {});
        assert.match(failures?.[0].reason ?? "", /must be named/);
    });
});

describe("namespaces of objects", () => {
    it("are the provider's for what names none", async () => {
        assert.equal((await check("kubernetes:core/v1:Secret", {})).inputs.metadata.namespace, "configured");
    });

    it("are not given to what belongs to none", async () => {
        for (const kind of ["Namespace", "PersistentVolume"]) {
            assert.equal((await check(`kubernetes:core/v1:${kind}`, {})).inputs.metadata.namespace, undefined);
        }
    });

    it("are part of the id", () => {
        assert.equal(idOf({ metadata: { name: "a", namespace: "n" } }), "n/a");
        assert.equal(idOf({ metadata: { name: "a" } }), "a");
        assert.deepEqual(parseId("n/a"), { namespace: "n", name: "a" });
        assert.deepEqual(parseId("a"), { name: "a" });
    });
});

import * as assert from "node:assert/strict";
import { fieldManagerOf, inputsOf, stateOf, toSend } from "../../../../../sandbox/plugins/kubernetes/state";
import { secret } from "../../../../../sandbox/plugins/values";

describe("what is kept of an object", () => {
    const lastApplied = { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"cGxhaW4="}}', mine: "1" };
    const live = {
        kind: "Secret",
        metadata: { name: "s", uid: "u", resourceVersion: "1", managedFields: [{}], annotations: lastApplied },
        data: { a: "cGxhaW4=" },
    };

    it("is secret for a Secret, without kubectl's copy of it", () => {
        const state = stateOf(live, "manager");
        assert.deepEqual(state, {
            kind: "Secret",
            metadata: { name: "s", uid: "u", resourceVersion: "1", annotations: { mine: "1" } },
            data: secret({ a: "cGxhaW4=" }),
            __fieldManager: "manager",
        });
    });

    it("is plain for other kinds", () => {
        assert.deepEqual(stateOf({ kind: "ConfigMap", data: { a: "1" } }), { kind: "ConfigMap", data: { a: "1" } });
    });

    it("has no server-side values when it becomes the inputs of an imported object", () => {
        const { metadata } = inputsOf({ ...live, status: {} }) as { metadata: object };
        assert.deepEqual(Object.keys(metadata), ["name", "annotations"]);
    });

    it("is sent with stringData as data", () => {
        const sent = toSend({ kind: "Secret", data: { a: "MQ==" }, stringData: { b: "2" } });
        assert.deepEqual(sent, { kind: "Secret", data: { a: "MQ==", b: "Mg==" } });
    });

    it("is managed under a name of its own, which stays", () => {
        const name = fieldManagerOf({});
        assert.match(name, /^pulumi-kubernetes-[0-9a-f]{8}$/);
        assert.notEqual(fieldManagerOf({}), name);
        assert.equal(fieldManagerOf({}, { __fieldManager: name }), name);
        const given = { metadata: { annotations: { "pulumi.com/patchFieldManager": "me" } } };
        assert.equal(fieldManagerOf(given, { __fieldManager: name }), "me");
    });
});

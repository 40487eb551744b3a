import * as assert from "node:assert/strict";
import { changes, isUnder } from "../../../../sandbox/plugins/changes";

describe("the differences between two sets of inputs", () => {
    it("contain the path of the changed leaf, in the engine's notation", () => {
        const old = { spec: { containers: [{ image: "a" }] }, data: { "tls.crt": "1" }, same: [1] };
        const now = { spec: { containers: [{ image: "b" }] }, data: { "tls.crt": "2" }, same: [1] };
        assert.deepEqual(changes(old, now), [
            { path: "spec.containers[0].image", kind: "update" },
            { path: 'data["tls.crt"]', kind: "update" },
        ]);
    });

    it("distinguish added, removed and changed values", () => {
        assert.deepEqual(changes({ gone: 1, list: [1, 2] }, { come: 1, list: [1] }), [
            { path: "gone", kind: "delete" },
            { path: "list[1]", kind: "delete" },
            { path: "come", kind: "add" },
        ]);
    });

    it("ignore the order of keys", () => {
        assert.deepEqual(changes({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }), []);
    });

    it("match paths below a prefix", () => {
        assert.ok(isUnder("spec.selector.matchLabels.app", "spec.selector"));
        assert.ok(isUnder("spec.ports[0]", "spec.ports"));
        assert.ok(!isUnder("spec.selectors", "spec.selector"));
    });
});

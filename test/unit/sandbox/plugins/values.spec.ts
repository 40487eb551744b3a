import * as assert from "node:assert/strict";
import { at, hasUnknown, plainCopy, secret, UNKNOWN, withoutSecretMarks } from "../../../../sandbox/plugins/values";

describe("values of the engine", () => {
    it("finds unknown values at any depth", () => {
        assert.ok(hasUnknown({ a: [{ b: UNKNOWN }] }));
        assert.ok(hasUnknown({ count: "3eeb2bf0-c639-47a8-9e75-3b44932eb421" }));
        assert.ok(!hasUnknown({ a: ["04da6b54"] }));
    });

    it("takes secret marks off again", () => {
        assert.deepEqual(withoutSecretMarks({ a: secret([secret("x"), 1]) }), { a: ["x", 1] });
    });

    it("looks values up by path", () => {
        assert.equal(at({ spec: { replicas: 2 } }, "spec.replicas"), 2);
        assert.equal(at({ spec: [1] }, "spec.replicas"), undefined);
    });

    it("copies without the keys that have no value", () => {
        assert.deepEqual(Object.keys(plainCopy({ a: undefined, b: null })), ["b"]);
    });
});

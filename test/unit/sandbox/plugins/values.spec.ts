import * as assert from "node:assert/strict";
import { hasUnknown, plainCopy, UNKNOWN } from "../../../../sandbox/plugins/values";

describe("values of the engine", () => {
    it("hasUnknown finds unknown values at every level", () => {
        assert.ok(hasUnknown({ a: [{ b: UNKNOWN }] }));
        assert.ok(hasUnknown({ count: "3eeb2bf0-c639-47a8-9e75-3b44932eb421" }));
        assert.ok(!hasUnknown({ a: ["04da6b54"] }));
    });

    it("plainCopy drops keys without a value", () => {
        assert.deepEqual(Object.keys(plainCopy({ a: undefined, b: null })), ["b"]);
    });
});

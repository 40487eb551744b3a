import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { validGenerations } from "../../../components/generations";

describe("validGenerations", () => {
    it("starts with the first and the next generation", () => {
        assert.deepEqual(validGenerations(1), [1, 2]);
    });

    it("keeps the previous generation", () => {
        assert.deepEqual(validGenerations(2), [1, 2, 3]);
        assert.deepEqual(validGenerations(7), [6, 7, 8]);
    });

    it("includes both generations of a rotation before and after it", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 1e6 }), (current) => {
                assert.ok(validGenerations(current).includes(current + 1));
                assert.ok(validGenerations(current + 1).includes(current));
            }),
        );
    });
});

import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { validGenerations } from "../../../components/generations";

describe("validGenerations", () => {
    it("begins with the first and the next one", () => {
        assert.deepEqual(validGenerations(1), [1, 2]);
    });

    it("keeps the previous one", () => {
        assert.deepEqual(validGenerations(2), [1, 2, 3]);
        assert.deepEqual(validGenerations(7), [6, 7, 8]);
    });

    it("of two neighbours always has both, so that a raise never meets somebody who knows neither", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 1e6 }), (current) => {
                assert.ok(validGenerations(current).includes(current + 1));
                assert.ok(validGenerations(current + 1).includes(current));
            }),
        );
    });
});

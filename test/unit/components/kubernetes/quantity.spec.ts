import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { reasonAgainst } from "../../../../components/arguments/check";
import { quantity } from "../../../../components/arguments/rules";
import { isBelow } from "../../../../components/kubernetes/quantity";

/** Each line is less than the next one; the quantities in one line are equal. */
const ascending = [
    ["0", "0.0", "0m"],
    ["1m", "0.001"],
    ["100m", "0.1", "0.10"],
    ["700m", "0.7"],
    ["999m"],
    ["1", "1000m", "1.0"],
    ["1k", "1000"],
    ["1Ki", "1024"],
    ["1M", "1000k"],
    ["1Mi", "1024Ki"],
    ["512Mi", "0.5Gi"],
    ["1G"],
    ["1Gi"],
    ["1T"],
    ["1Ti"],
    ["1P"],
    ["1Pi"],
    ["1E"],
    ["1Ei", "1024Pi"],
];

describe("isBelow", () => {
    const all = ascending.flatMap((equal, position) => equal.map((text) => ({ text, position })));

    it("compares quantities with every suffix that the rule accepts", () => {
        for (const { text } of all) assert.equal(reasonAgainst(quantity, text), undefined, text);
        fc.assert(
            fc.property(fc.constantFrom(...all), fc.constantFrom(...all), (one, other) => {
                assert.equal(isBelow(one.text, other.text), one.position < other.position);
            }),
            { numRuns: 2000 },
        );
    });

    it("is exact where floating-point numbers are not", () => {
        assert.equal(isBelow("9007199254740993", "9007199254740992"), false);
        assert.equal(isBelow("9007199254740992", "9007199254740993"), true);
    });
});

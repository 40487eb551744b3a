import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { checkLength, randomText } from "../../../../sandbox/plugins/randomText";

const count = (text: string, characters: RegExp) => (text.match(characters) ?? []).length;

describe("random texts", () => {
    it("have the wanted length and at least the wanted numbers of each kind", () => {
        const least = fc.integer({ min: 0, max: 5 });
        fc.assert(
            fc.property(least, least, least, least, fc.nat(20), (minLower, minUpper, minNumeric, minSpecial, more) => {
                const length = minLower + minUpper + minNumeric + minSpecial + more + 1;
                const text = randomText({ length, minLower, minUpper, minNumeric, minSpecial });
                assert.equal(text.length, length);
                assert.ok(count(text, /[a-z]/g) >= minLower);
                assert.ok(count(text, /[A-Z]/g) >= minUpper);
                assert.ok(count(text, /[0-9]/g) >= minNumeric);
                assert.ok(count(text, /[^a-zA-Z0-9]/g) >= minSpecial);
            }),
        );
    });

    it("use only the allowed characters", () => {
        assert.match(randomText({ length: 200, special: false, upper: false }), /^[a-z0-9]{200}$/);
        assert.match(randomText({ length: 200, lower: false, upper: false, number: false }), /^[^a-zA-Z0-9]{200}$/);
        assert.match(randomText({ length: 200, overrideSpecial: "._-" }), /^[a-zA-Z0-9._-]{200}$/);
    });

    it("differ", () => {
        assert.notEqual(randomText({ length: 40 }), randomText({ length: 40 }));
    });

    it("are refused when the length is none, or too short for the minima", () => {
        assert.match(checkLength({ length: 0 })[0].reason, /at least 1/);
        assert.match(checkLength({ length: 1.5 })[0].reason, /whole number/);
        assert.match(checkLength({ length: 3, minLower: 2, minUpper: 2 })[0].reason, /length \(3\).*\(4\)/);
        const nothing = { lower: false, upper: false, numeric: false, special: false };
        assert.match(checkLength({ length: 3, ...nothing })[0].reason, /set of characters/);
        assert.deepEqual(checkLength({ length: 4, minLower: 2, minUpper: 2 }), []);
    });
});

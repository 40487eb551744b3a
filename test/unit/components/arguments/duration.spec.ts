import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { durationOf, secondsOf } from "../../../../components/arguments/duration";

describe("a duration", () => {
    const durations: [string, number | undefined][] = [
        ["0h", 0],
        ["24h", 86_400],
        ["7d", 604_800],
        ["7", undefined],
        ["7 d", undefined],
        ["-1d", undefined],
        ["1.5d", undefined],
        ["30m", undefined],
        ["1d12h", undefined],
        ["", undefined],
    ];
    for (const [text, seconds] of durations) {
        it(`"${text}" is ${seconds === undefined ? "none" : `${seconds} seconds`}`, () =>
            assert.equal(secondsOf(text), seconds));
    }

    it("is written so that it is read as at least as many seconds, and less than an hour more", () => {
        fc.assert(
            fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
                const read = secondsOf(durationOf(seconds)) as number;
                return read >= seconds && read < seconds + 3600;
            }),
        );
    });
});

import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { longestGap } from "../../../../../components/arguments/formats/cron";

const hour = 60;
const day = 24 * hour;

describe("the longest time between two runs of a schedule", () => {
    const schedules: [string, number | undefined][] = [
        ["* * * * *", 1],
        ["*/15 * * * *", 15],
        ["0 * * * *", hour],
        ["0 3 * * *", day],
        ["30 3,15 * * *", 12 * hour],
        ["0 8-18 * * *", 14 * hour],
        ["0 8-18/2 * * *", 14 * hour],
        ["0 20/2 * * *", 22 * hour],
        ["0 3 * * 0", 7 * day],
        ["0 3 * * 1-5", 3 * day],
        ["0 3 1 * *", 31 * day],
        ["0 3 31 * *", 61 * day],
        ["0 3 1 1 *", 366 * day],
        // From 2096 to 2104.
        ["0 3 29 2 *", 2921 * day],
        // Either field of days is enough: the 1st, and every Sunday.
        ["0 3 1 * 0", 7 * day],
        // With a step, the field restricts the days, as in Kubernetes.
        ["0 3 */2 * 0", 2 * day],
        ["0 3 */1 * 0", 7 * day],
        ["59 23,0 * * *", 23 * hour],
        ["0 3 31 2 *", Number.POSITIVE_INFINITY],
        ["0 3 * *", undefined],
        ["0 0 3 * * *", undefined],
        ["@daily", undefined],
        ["0 3 * * MON", undefined],
        ["0 3 * JAN *", undefined],
        ["0 3 * * 7", undefined],
        ["60 3 * * *", undefined],
        ["0 24 * * *", undefined],
        ["0 3 0 * *", undefined],
        ["0 3 * 13 *", undefined],
        ["0 5-3 * * *", undefined],
        ["*/0 * * * *", undefined],
        ["*-5 * * * *", undefined],
        ["0 3 ? * *", undefined],
        ["0,, 3 * * *", undefined],
        ["CRON_TZ=UTC 0 3 * * *", undefined],
        [" 0 3 * * *", undefined],
    ];
    for (const [schedule, gap] of schedules) {
        it(`"${schedule}": ${gap === undefined ? "no schedule" : `${gap} minutes`}`, () =>
            assert.equal(longestGap(schedule), gap));
    }

    it("is the same as the longest one that is seen in a walk through two weeks", () => {
        const values = (max: number) => fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 4 });
        fc.assert(
            fc.property(values(59), values(23), values(6), (minutes, hours, weekdays) => {
                const runs = Array.from({ length: 15 * day }, (_, minute) => minute).filter(
                    (minute) =>
                        minutes.includes(minute % hour) &&
                        hours.includes(Math.floor(minute / hour) % 24) &&
                        weekdays.includes(Math.floor(minute / day) % 7),
                );
                const seen = Math.max(...runs.slice(1).map((minute, i) => minute - runs[i]));
                return longestGap(`${minutes} ${hours} * * ${weekdays}`) === seen;
            }),
            { numRuns: 20 },
        );
    });
});

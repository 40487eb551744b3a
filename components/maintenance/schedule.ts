import type * as pulumi from "@pulumi/pulumi";
import { longestGap } from "../arguments/formats/cron";
import { type Rule, valueRule } from "../arguments/shapes";

/** A schedule of a CronJob, with numbers only. */
export const cronSchedule: Rule<pulumi.Input<string>> = valueRule((value) => {
    const gap = typeof value === "string" ? longestGap(value) : undefined;
    if (gap === Number.POSITIVE_INFINITY) return "must name a date that exists, e.g. `0 3 1 * *`";
    return gap === undefined
        ? "must be a cron schedule of 5 fields with numbers, lists, ranges, steps and `*`, e.g. `0 3 * * *`"
        : undefined;
});

import type * as pulumi from "@pulumi/pulumi";
import { type Rule, valueRule } from "./shapes";

const secondsPer: Readonly<Record<string, number>> = { h: 3600, d: 86_400 };

const form = /^(\d{1,5})([hd])$/;

/** The seconds of a duration such as `24h` or `7d`; undefined if it is not one. */
export function secondsOf(duration: string): number | undefined {
    const [, count, unit] = form.exec(duration) ?? [];
    return count === undefined ? undefined : Number(count) * secondsPer[unit];
}

/** A number of seconds as a duration, rounded up to hours. */
export function durationOf(seconds: number): string {
    const hours = Math.ceil(seconds / secondsPer.h);
    return hours > 24 && hours % 24 === 0 ? `${hours / 24}d` : `${hours}h`;
}

/** An integer of hours or days. */
export const duration: Rule<pulumi.Input<string>> = valueRule((value) =>
    typeof value === "string" && secondsOf(value) !== undefined
        ? undefined
        : "must be an integer of hours or days, e.g. `24h` or `7d`",
);

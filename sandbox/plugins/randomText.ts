import * as crypto from "node:crypto";
import { hasUnknown } from "./values";

/** The inputs of RandomPassword and RandomString. */
export interface TextRules {
    length: number;
    lower?: boolean;
    upper?: boolean;
    numeric?: boolean;
    /** The older word for numeric. */
    number?: boolean;
    special?: boolean;
    /** The special characters to use instead of the usual ones. */
    overrideSpecial?: string;
    minLower?: number;
    minUpper?: number;
    minNumeric?: number;
    minSpecial?: number;
}

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";
const specials = "!@#$%&*()-_=+[]{}<>:?";

/** The sets of characters to draw from, each with how many at least must come from it. */
function sets(rules: TextRules): { characters: string; least: number }[] {
    return [
        { used: rules.lower ?? true, characters: lower, least: rules.minLower },
        { used: rules.upper ?? true, characters: upper, least: rules.minUpper },
        { used: rules.numeric ?? rules.number ?? true, characters: digits, least: rules.minNumeric },
        { used: rules.special ?? true, characters: rules.overrideSpecial || specials, least: rules.minSpecial },
    ]
        .filter(({ used }) => used)
        .map(({ characters, least = 0 }) => ({ characters, least }));
}

function draw(characters: string, count: number): string[] {
    return Array.from({ length: count }, () => characters[crypto.randomInt(characters.length)]);
}

/** Every order equally likely (Fisher and Yates). */
function shuffle<T>(items: T[]): T[] {
    for (let last = items.length - 1; last > 0; last--) {
        const other = crypto.randomInt(last + 1);
        [items[last], items[other]] = [items[other], items[last]];
    }
    return items;
}

/** What is wrong with the rules, if anything. */
export function checkLength(rules: Partial<TextRules>): { property: string; reason: string }[] {
    if (hasUnknown(rules)) return [];
    const least = (rules.minLower ?? 0) + (rules.minUpper ?? 0) + (rules.minNumeric ?? 0) + (rules.minSpecial ?? 0);
    const length = rules.length;
    if (length === undefined || !Number.isInteger(length) || length < 1) {
        return [{ property: "length", reason: `length must be a whole number of at least 1, got ${length}` }];
    }
    if (length < least) {
        const reason = `length (${length}) must be at least the sum of minLower, minUpper, minNumeric and minSpecial (${least})`;
        return [{ property: "length", reason }];
    }
    const drawable = sets(rules as TextRules).length > 0;
    return drawable ? [] : [{ property: "length", reason: "at least one set of characters must be allowed" }];
}

/** A random text that satisfies the rules. */
export function randomText(rules: TextRules): string {
    const used = sets(rules);
    const required = used.flatMap(({ characters, least }) => draw(characters, least));
    const all = used.map(({ characters }) => characters).join("");
    return shuffle([...required, ...draw(all, rules.length - required.length)]).join("");
}

import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { duration, secondsOf } from "../arguments/duration";
import { boolean, integer } from "../arguments/rules";
import { fields, listOf, nonEmptyListOf, type Rule, required, valueRule } from "../arguments/shapes";
import { tagPatternProblem } from "./posixPattern";
import { repositoryGlobProblem } from "./repositoryGlob";
import type { RetentionRule } from "./retentionRules";

/** Which tags a rule keeps. A tag is kept if it meets one of these. At least one must be set. */
export interface KeptTags {
    /**
     * Number of tags that were pushed last, in each repository, at least 1. It counts tags, not digests: ten tags of one image count
     * as ten. Tags of signatures do not count.
     */
    lastPushed?: pulumi.Input<number>;
    /** Tags that were pushed within this time, in hours or days, e.g. `30d`. */
    pushedWithin?: pulumi.Input<string>;
    /**
     * Tags that match one of these JavaScript regular expressions, e.g. `^v\\d`. Without `^` and `$`, any part of the tag can match.
     * Not supported: lookaheads, backreferences and lazy quantifiers.
     */
    matching?: pulumi.Input<string>[];
}

/** A rule of retention. A tag that several rules name is kept if one of them keeps it. */
export interface TagRetentionRule {
    /**
     * The repositories, e.g. `team/app`, `team/*` (one component), `team/**` (any number of components) or `**` (all). Tags of
     * repositories that no rule names are never deleted.
     */
    repositories: pulumi.Input<string>[];
    /** Which tags are kept. */
    keep: KeptTags;
    /** Minimum age of a tag that is deleted, in hours or days. Defaults to `24h`. */
    protect?: pulumi.Input<string>;
}

/**
 * Deletion of tags. These are always kept: the last pushed tag of each repository, the images in use (`inUse`), and the signatures,
 * attestations and SBOMs of what is kept. A deleted tag can be brought back as long as deleted files are kept (`keepDeleted`).
 */
export interface TagRetention {
    /** Which tags are kept. */
    rules: TagRetentionRule[];
    /** Whether runs only log the tags that they would delete. Defaults to true: read the log of a run first, then set it to false. */
    dryRun?: pulumi.Input<boolean>;
    /**
     * After the registry's files were copied without the ledger of push times: a time after the copy, in RFC 3339 format, e.g.
     * `2026-11-28T03:00:00Z`. Tags that were pushed before that count as pushed at that time. Without it, no tag is deleted in a
     * repository in which more tags than `lastPushed` have times within one hour.
     */
    trustTimesFrom?: pulumi.Input<string>;
}

const described = (problemOf: (text: string) => string | undefined) =>
    valueRule<string>((value) => (typeof value === "string" ? problemOf(value) : "must be a string"));

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const time: Rule<pulumi.Input<string>> = valueRule((value) => {
    const isTime = typeof value === "string" && rfc3339.test(value) && Date.parse(value) >= 0;
    return isTime ? undefined : "must be a time in RFC 3339 format, e.g. `2026-11-28T03:00:00Z`";
});

const keptRules = fields<KeptTags>({
    lastPushed: integer(1),
    pushedWithin: duration,
    matching: listOf(described(tagPatternProblem)),
});

const ruleRules = fields<TagRetentionRule>({
    repositories: required(
        nonEmptyListOf(described(repositoryGlobProblem), "is empty; name repositories, e.g. `team/**`"),
        "name repositories, e.g. `team/**`",
    ),
    keep: required(keptRules, "set what to keep, e.g. `lastPushed: 10`"),
    protect: duration,
});

export const retentionRules = fields<TagRetention>({
    rules: required(
        nonEmptyListOf(ruleRules, "is empty; add a rule, or remove retention"),
        'add a rule, e.g. `{ repositories: ["team/**"], keep: { lastPushed: 10 } }`',
    ),
    dryRun: boolean,
    trustTimesFrom: time,
});

/** A problem for each rule that keeps nothing. */
export function retentionProblems({ rules }: Partial<TagRetention> = {}): Problem[] {
    if (!Array.isArray(rules)) return [];
    return rules.flatMap(({ keep }, i) => {
        if (keep === undefined || keep.lastPushed !== undefined || keep.pushedWithin !== undefined) return [];
        if (keep.matching !== undefined && keep.matching.length > 0) return [];
        const reason = "keeps nothing; set lastPushed, pushedWithin or matching";
        return [{ path: `maintenance.retention.rules[${i}].keep`, reason }];
    });
}

/** Retention with every default, when it is known. */
export interface RetentionSettings {
    readonly rules: readonly RetentionRule[];
    readonly isDryRun: boolean;
    /** Seconds since 1970; undefined to trust no time in particular. */
    readonly trustTimesFrom: number | undefined;
}

const protectByDefault = "24h";

/** The settings of arguments whose values are known. */
export function retentionSettings({ rules, dryRun, trustTimesFrom }: pulumi.Unwrap<TagRetention>): RetentionSettings {
    return {
        rules: rules.map(({ repositories, keep, protect = protectByDefault }) => ({
            repositories,
            lastPushed: keep.lastPushed,
            pushedWithin: keep.pushedWithin === undefined ? undefined : secondsOf(keep.pushedWithin),
            matching: keep.matching,
            protect: secondsOf(protect) ?? 0,
        })),
        isDryRun: dryRun ?? true,
        trustTimesFrom: trustTimesFrom === undefined ? undefined : Math.floor(Date.parse(trustTimesFrom) / 1000),
    };
}

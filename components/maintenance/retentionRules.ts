import { posixPattern } from "./posixPattern";
import { repositoryExpression } from "./repositoryGlob";

/** A rule of retention, with durations in seconds. */
export interface RetentionRule {
    readonly repositories: readonly string[];
    readonly lastPushed?: number;
    readonly pushedWithin?: number;
    readonly matching?: readonly string[];
    readonly protect: number;
}

/** The list of rules that decide.awk reads. Rules are numbered from 1. A rule with several patterns has a line for each of them. */
export function rulesList(rules: readonly RetentionRule[]): string {
    return rules
        .flatMap(ruleLines)
        .map((columns) => `${columns.join("\t")}\n`)
        .join("");
}

function ruleLines(rule: RetentionRule, i: number): (string | number)[][] {
    const { repositories, lastPushed = "-", pushedWithin = "-", matching = [], protect } = rule;
    const line = (last: string | number, within: string | number, pattern?: string) => {
        const [expression, shown] = pattern === undefined ? ["-", "-"] : [posixPattern(pattern), pattern];
        return [i + 1, repositoryExpression(repositories), last, within, expression, protect, shown];
    };
    const [first, ...others] = matching;
    return [line(lastPushed, pushedWithin, first), ...others.map((pattern) => line("-", "-", pattern))];
}

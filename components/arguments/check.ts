import * as pulumi from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";

/** One thing that is wrong with an argument, as a sentence that also says what to write instead. */
export interface Problem {
    /** Where it is, e.g. `storage.volume.size` or `users[1].name`. */
    readonly path: string;
    readonly reason: string;
}

/** Says what is wrong with a value, or nothing. It must not repeat the value of a secret. */
export type Rule = (value: unknown) => string | undefined;

/**
 * The rule of every argument by its path; `[]` stands for each element of a list and `{}` for each value of a map.
 * Paths that are not in the table are unknown arguments.
 */
export type Rules = Readonly<Record<string, Rule>>;

/**
 * All problems of the arguments at once. Another language's program gets them as input errors; the CLI shows a
 * TypeScript program's as plain sentences, because the error satisfies the contract of `pulumi.RunError`.
 */
export class ArgumentError extends pulumi.InputPropertiesError {
    constructor(what: string, problems: readonly Problem[]) {
        const lines = problems.map((p) => `${p.path}: ${p.reason}`);
        super({
            message: `${what} cannot be created:\n${lines.map((line) => `  ${line}`).join("\n")}`,
            errors: problems.map((p, i) => ({ propertyPath: p.path, reason: lines[i] })),
        });
        Object.defineProperty(this, "__pulumiRunError", { value: true });
        // The sentences say all, and Node 20 takes half a minute to render a stack that leads through Pulumi's source maps.
        this.stack = undefined;
    }
}

/**
 * Checks every value against its rule and returns the arguments. Values that are known now are checked now; an Output is
 * checked when it becomes known, by the Output that takes its place. `further` finds the problems that concern several
 * arguments and sees them, without what is null or undefined, only when each by itself is right.
 */
export function validate<T extends object>(what: string, args: T, rules: Rules, further: (args: T) => Problem[]): T {
    const problems: Problem[] = [];
    const checked = (walk(what, args, "", "", rules, problems) ?? {}) as T;
    if (problems.length === 0) problems.push(...further(checked));
    if (problems.length > 0) throw new ArgumentError(what, problems);
    return checked;
}

const undecided =
    "decides which resources exist, so it cannot be an output as a whole; give its fields or elements as outputs instead";

function walk(what: string, value: unknown, path: string, pattern: string, rules: Rules, problems: Problem[]): unknown {
    if (value === undefined || value === null) return undefined;
    const rule = rules[pattern];
    if (pulumi.Output.isInstance(value) || value instanceof Promise) {
        if (rule === undefined) return void problems.push({ path: path || "args", reason: undecided });
        const later: pulumi.Output<unknown> = pulumi.output(value);
        return later.apply(async (known) => {
            const late: Problem[] = [];
            const checked = walk(what, known, path, pattern, rules, late);
            if (late.length === 0) return checked;
            const isSecret = await pulumi.isSecret(later);
            throw new ArgumentError(what, isSecret ? late.map(withoutValue) : late);
        });
    }
    if (rule !== undefined) {
        const reason = rule(value);
        if (reason !== undefined) problems.push({ path, reason });
        return value;
    }
    if (`${pattern}[]` in rules || hasPrefix(rules, `${pattern}[].`)) {
        if (!Array.isArray(value)) return void problems.push({ path, reason: "must be a list" });
        return value.map((v, i) => {
            if (v === undefined || v === null) {
                return void problems.push({ path: `${path}[${i}]`, reason: "is empty; remove it or give it a value" });
            }
            return walk(what, v, `${path}[${i}]`, `${pattern}[]`, rules, problems);
        });
    }
    if (typeof value !== "object" || Array.isArray(value)) {
        return void problems.push({ path: path || "args", reason: "must be an object with named fields" });
    }
    const isMap = `${pattern}{}` in rules;
    const fields = Object.entries(value).map(([key, v]) => {
        const childPath = path === "" ? key : `${path}.${key}`;
        const childPattern = isMap ? `${pattern}{}` : pattern === "" ? key : `${pattern}.${key}`;
        if (!isMap && !isKnown(rules, childPattern)) {
            problems.push({ path: childPath, reason: unknownArgument(key, pattern, rules) });
            return [key, undefined];
        }
        return [key, walk(what, v, childPath, childPattern, rules, problems)];
    });
    return Object.fromEntries(fields.filter(([, v]) => v !== undefined));
}

/** Rules end their sentences with the wrong value. */
function withoutValue({ path, reason }: Problem): Problem {
    return { path, reason: reason.replace(/, not .*$/s, "") };
}

function hasPrefix(rules: Rules, prefix: string): boolean {
    return Object.keys(rules).some((key) => key.startsWith(prefix));
}

function isKnown(rules: Rules, pattern: string): boolean {
    return pattern in rules || ["[]", "{}", "."].some((next) => hasPrefix(rules, pattern + next));
}

function unknownArgument(key: string, pattern: string, rules: Rules): string {
    const prefix = pattern === "" ? "" : `${pattern}.`;
    const siblings = Object.keys(rules)
        .filter((rule) => rule.startsWith(prefix))
        .map((rule) => rule.slice(prefix.length).split(/[.[{]/)[0]);
    const known = [...new Set(siblings)].sort();
    const nearest = nearestName(key, known);
    const hint = nearest === undefined ? `the arguments here are ${known.join(", ")}` : `did you mean \`${nearest}\`?`;
    return `is not an argument; ${hint}`;
}

/** The name that a misspelled one was probably meant to be. */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
    const nearest = closest(wrong, known);
    return distance(wrong, nearest) <= Math.max(2, Math.floor(wrong.length / 3)) ? nearest : undefined;
}

/** A problem for each item of a list that is there before. */
export function repeatedProblems(path: string, items: readonly unknown[] = []): Problem[] {
    return items.flatMap((item, i) =>
        items.indexOf(item) < i ? [{ path: `${path}[${i}]`, reason: `repeats "${item}"; name each once` }] : [],
    );
}

/** The rules of a nested argument, each path below `prefix`. */
export function below(prefix: string, rules: Rules): Rules {
    return Object.fromEntries(Object.entries(rules).map(([path, rule]) => [`${prefix}.${path}`, rule]));
}

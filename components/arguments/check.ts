import * as pulumi from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import type { ListShape, MapShape, ObjectShape, Rule, Shape, ValueShape } from "./shapes";

/** One thing that is wrong with an argument, as a sentence that also says what to write instead. */
export interface Problem {
    /** Where it is, e.g. `storage.volume.size` or `users[1].name`. */
    readonly path: string;
    readonly reason: string;
}

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
 * Checks the arguments and returns them without what is null or undefined. Values that are known now are checked now; an Output
 * is checked when it becomes known, by the Output that replaces it. `further` finds the problems that concern several arguments.
 * It sees the arguments with a placeholder for every wrong value, so that all problems are reported at once.
 */
export function validate<T extends object>(what: string, args: T, rule: Rule<T>, further: (args: T) => Problem[]): T {
    const check = new Check(what);
    const checked = check.field(rule, args ?? {}, "") as T;
    const problems = [...check.problems, ...further(checked)];
    if (problems.length > 0) throw new ArgumentError(what, problems);
    return checked;
}

/** What is wrong with a value; undefined if nothing is. A secret is not repeated. */
export function reasonAgainst(rule: Shape, value: unknown, isSecret = false): string | undefined {
    const { expects, isHidden } = rule as ValueShape;
    const expected = expects(value);
    if (expected === undefined || isHidden || isSecret) return expected;
    return `${expected}, not ${shown(value)}`;
}

const longestShown = 200;

/** A value in a message. */
export function shown(value: unknown): string {
    const json = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? typeof value);
    return json.length > longestShown ? `${json.slice(0, longestShown)}…` : json;
}

const neededAtOnce = "must be known before anything is created, so it cannot be an output; give a plain value";
const undecided =
    "decides which resources exist, so it cannot be an output as a whole; give its fields or elements as outputs instead";

/** Stands in for a wrong value: it equals no value, and is neither above nor below any number. */
const placeholder = () => ({ valueOf: () => Number.NaN });

class Check {
    readonly problems: Problem[] = [];

    constructor(private readonly what: string) {}

    /** Checks the value at a path and returns it. Null means an empty object where an object is expected, else nothing. */
    field(shape: Shape, given: unknown, path: string): unknown {
        const value = given === null && shape.kind === "object" ? {} : given;
        if (value === undefined || value === null) return undefined;
        if (shape.kind === "value") return this.value(shape, value, path);
        const isLater = pulumi.Output.isInstance(value) || value instanceof Promise;
        if (shape.kind === "list") {
            if (Array.isArray(value)) return this.list(shape, value, path);
            return this.report(path, isLater ? undecided : "must be a list");
        }
        if (isLater || typeof value !== "object" || Array.isArray(value)) {
            this.report(path, isLater ? undecided : "must be an object with named fields");
            return {};
        }
        return shape.kind === "map" ? this.map(shape, value, path) : this.object(shape, value, path);
    }

    private report(path: string, reason: string): undefined {
        this.problems.push({ path: path || "args", reason });
    }

    private value(shape: ValueShape, value: unknown, path: string): unknown {
        if (pulumi.Output.isInstance(value) || value instanceof Promise) {
            if (!shape.isPlain) return this.later(shape, value, path);
            this.report(path, neededAtOnce);
            return placeholder();
        }
        const reason = reasonAgainst(shape, value);
        if (reason === undefined) return value;
        this.report(path, reason);
        return placeholder();
    }

    private later(shape: ValueShape, value: unknown, path: string): pulumi.Output<unknown> {
        const output: pulumi.Output<unknown> = pulumi.output(value);
        return output.apply(async (known) => {
            if (known === undefined || known === null) return undefined;
            const reason = reasonAgainst(shape, known, await pulumi.isSecret(output));
            if (reason !== undefined) throw new ArgumentError(this.what, [{ path, reason }]);
            return known;
        });
    }

    private list({ item, ifEmpty }: ListShape, value: unknown[], path: string): unknown {
        if (value.length === 0 && ifEmpty !== undefined) this.report(path, ifEmpty);
        return value.map((element, i) => {
            const at = `${path}[${i}]`;
            if (element !== undefined && element !== null) return this.field(item, element, at) ?? placeholder();
            this.report(at, "is empty; remove it or give it a value");
            return placeholder();
        });
    }

    private map({ value: shape }: MapShape, value: object, path: string): unknown {
        return this.entries(value, (key, inner) => this.field(shape, inner, `${path}.${key}`));
    }

    private object(shape: ObjectShape, value: object, path: string): unknown {
        const below = (key: string) => (path === "" ? key : `${path}.${key}`);
        const checked = this.entries(value, (key, inner) => {
            const isKnown = Object.keys(shape.fields).includes(key);
            if (isKnown) return this.field(shape.fields[key], inner, below(key));
            return this.report(below(key), unknownArgument(key, Object.keys(shape.fields)));
        });
        const isGiven = (field: string) => ((value as Record<string, unknown>)[field] ?? checked[field]) !== undefined;
        for (const [key, { ifMissing }] of Object.entries(shape.fields)) {
            if (ifMissing !== undefined && !isGiven(key)) this.report(below(key), `is missing; ${ifMissing}`);
        }
        const chosen = shape.choices?.filter((key) => isGiven(key) && checked[key] !== false) ?? [];
        if (chosen.length > 1) this.report(path, `has ${inWords(chosen)}; keep exactly one`);
        if (chosen.length === 0 && shape.mustChoose) {
            this.report(path, `is empty; give exactly one of ${inWords(shape.choices ?? [])}, or leave it out`);
        }
        return checked;
    }

    /** What is left of an object after each value has been checked. */
    private entries(value: object, check: (key: string, inner: unknown) => unknown): Record<string, unknown> {
        const checked = Object.entries(value).map(([key, inner]) => [key, check(key, inner)] as const);
        return Object.fromEntries(checked.filter(([, inner]) => inner !== undefined));
    }
}

function inWords(names: readonly string[]): string {
    return [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "").join(" and ");
}

function unknownArgument(key: string, known: readonly string[]): string {
    const sorted = [...known].sort();
    const nearest = nearestName(key, sorted);
    const hint = nearest === undefined ? `the arguments here are ${sorted.join(", ")}` : `did you mean \`${nearest}\`?`;
    return `is not an argument; ${hint}`;
}

/** The closest known name. */
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

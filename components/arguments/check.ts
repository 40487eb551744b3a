import * as pulumi from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import type { ListShape, MapShape, ObjectShape, Rule, Shape, ValueShape } from "./shapes";

/** A problem with an argument: the path, what is wrong, and what to write instead. */
export interface Problem {
    /** Path of the argument, e.g. `storage.volume.size` or `users[1].name`. */
    readonly path: string;
    readonly reason: string;
}

/**
 * All problems with the arguments in one error. Programs in other languages receive them as input property errors. For TypeScript
 * programs the CLI prints them without a stack trace, because the error satisfies the contract of `pulumi.RunError`.
 */
export class ArgumentError extends pulumi.InputPropertiesError {
    constructor(what: string, problems: readonly Problem[]) {
        const lines = problems.map((p) => `${p.path}: ${p.reason}`);
        super({
            message: `${what} cannot be created:\n${lines.map((line) => `  ${line}`).join("\n")}`,
            errors: problems.map((p, i) => ({ propertyPath: p.path, reason: lines[i] })),
        });
        Object.defineProperty(this, "__pulumiRunError", { value: true });
        // The message is complete, and Node 20 takes half a minute to render a stack trace through Pulumi's source maps.
        this.stack = undefined;
    }
}

/**
 * Validates the arguments and returns them without null and undefined values. Plain values are validated immediately. An Output is
 * replaced by one that validates the value when it resolves. `crossFieldProblems` validates across fields. It receives a placeholder
 * for every wrong value, so that all problems are reported at once.
 */
export function validate<T extends object>(
    what: string,
    args: T,
    rule: Rule<T>,
    crossFieldProblems: (args: T) => Problem[],
): T {
    const check = new Check(what);
    const checked = check.field(rule, args ?? {}, "") as T;
    const problems = [...check.problems, ...crossFieldProblems(checked)];
    if (problems.length > 0) throw new ArgumentError(what, problems);
    return checked;
}

/**
 * The value of an Output that was validated when it became known. If there are problems, it is a rejected promise with all of them in
 * one error. A `throw` in an `apply` would not end: Pulumi enables V8's debugger in its programs, and Node 20's debugger follows every
 * path through the promises that wait for the function that throws. The number of paths grows exponentially with each Output in
 * between, and so does the memory. From `setImmediate`, no function waits.
 */
export function unlessProblems<T>(what: string, problems: readonly Problem[], value: T): Promise<T> {
    if (problems.length === 0) return Promise.resolve(value);
    return new Promise((_, reject) => setImmediate(() => reject(new ArgumentError(what, problems))));
}

/** Why a rule rejects a value; undefined if it accepts it. Secret values are not repeated. */
export function reasonAgainst(rule: Shape, value: unknown, isSecret = false): string | undefined {
    const { expects, hint, isHidden } = rule as ValueShape;
    const expected = expects(value);
    if (expected === undefined || isHidden || isSecret) return expected;
    const advice = hint?.(value);
    return `${expected}, not ${shown(value)}${advice === undefined ? "" : `; ${advice}`}`;
}

const longestShown = 200;

/** A login in a URL or before a host. The tag before an image's digest is none. */
const login = /(?<=:\/\/)[^\s"'`]*@|[^\s"'`/@]*:[^\s"'`/@]*@(?!sha\d+:)/g;

/** Whether a string contains a user name and a password, e.g. `https://name:password@host`. */
export function hasLogin(value: unknown): boolean {
    return typeof value === "string" && value.search(login) !== -1;
}

/** A value, formatted for a message, without passwords in URLs. */
function shown(value: unknown): string {
    const whole = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? typeof value);
    const json = whole.replace(login, "…@");
    return json.length > longestShown ? `${json.slice(0, longestShown)}…` : json;
}

const mustBePlain = "must be known before any resource is created, so it cannot be an Output; use a plain value";
const mustBePlainObject =
    "decides which resources exist, so it cannot be an Output as a whole; make its fields or elements Outputs instead";

/** Replaces a wrong value: it equals no value, and is neither greater nor less than any number. */
const placeholder = () => ({ valueOf: () => Number.NaN });

class Check {
    readonly problems: Problem[] = [];

    constructor(private readonly what: string) {}

    /** Validates the value at a path and returns it. Null means an empty object where an object is expected, otherwise undefined. */
    field(shape: Shape, given: unknown, path: string): unknown {
        const value = given === null && shape.kind === "object" ? {} : given;
        if (value === undefined || value === null) return undefined;
        if (shape.kind === "value") return this.value(shape, value, path);
        const isAsync = pulumi.Output.isInstance(value) || value instanceof Promise;
        if (shape.kind === "list") {
            if (Array.isArray(value)) return this.list(shape, value, path);
            return this.report(path, isAsync ? mustBePlainObject : "must be a list");
        }
        if (isAsync || typeof value !== "object" || Array.isArray(value)) {
            this.report(path, isAsync ? mustBePlainObject : "must be an object with named fields");
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
            this.report(path, mustBePlain);
            return placeholder();
        }
        if (isOmitted(shape, value)) return undefined;
        const reason = reasonAgainst(shape, value);
        if (reason === undefined) return value;
        this.report(path, reason);
        return placeholder();
    }

    private later(shape: ValueShape, value: unknown, path: string): pulumi.Output<unknown> {
        const output: pulumi.Output<unknown> = pulumi.output(value);
        return output.apply(async (resolved) => {
            if (resolved === undefined || resolved === null || isOmitted(shape, resolved)) return undefined;
            const reason = reasonAgainst(shape, resolved, await pulumi.isSecret(output));
            return unlessProblems(this.what, reason === undefined ? [] : [{ path, reason }], resolved);
        });
    }

    private list({ item, ifEmpty }: ListShape, value: unknown[], path: string): unknown {
        if (value.length === 0 && ifEmpty !== undefined) this.report(path, ifEmpty);
        return value.map((element, i) => {
            const at = `${path}[${i}]`;
            if (element !== undefined && element !== null) return this.field(item, element, at) ?? placeholder();
            this.report(at, "is empty; remove it or set a value");
            return placeholder();
        });
    }

    private map({ value: shape, keyProblem }: MapShape, value: object, path: string): unknown {
        return this.entries(value, (key, inner) => {
            const reason = keyProblem?.(key);
            if (reason !== undefined) this.report(`${path}.${key}`, reason);
            return this.field(shape, inner, `${path}.${key}`);
        });
    }

    private object(shape: ObjectShape, value: object, path: string): unknown {
        const below = (key: string) => (path === "" ? key : `${path}.${key}`);
        const checked = this.entries(value, (key, inner) => {
            const isArgument = Object.keys(shape.fields).includes(key);
            if (isArgument) return this.field(shape.fields[key], inner, below(key));
            return this.report(below(key), unknownArgument(key, Object.keys(shape.fields)));
        });
        const isGiven = (field: string) => ((value as Record<string, unknown>)[field] ?? checked[field]) !== undefined;
        for (const [key, { ifMissing }] of Object.entries(shape.fields)) {
            if (ifMissing !== undefined && !isGiven(key)) this.report(below(key), `is missing; ${ifMissing}`);
        }
        const chosen = shape.choices?.filter((key) => isGiven(key) && checked[key] !== false) ?? [];
        if (chosen.length > 1) this.report(path, `has ${joined(chosen)}; keep exactly one`);
        if (chosen.length === 0 && shape.mustChoose) {
            this.report(path, `is empty; set exactly one of ${joined(shape.choices ?? [])}, or omit it`);
        }
        return checked;
    }

    /** The object with validated values, without undefined ones. */
    private entries(value: object, check: (key: string, inner: unknown) => unknown): Record<string, unknown> {
        const checked = Object.entries(value).map(([key, inner]) => [key, check(key, inner)] as const);
        return Object.fromEntries(checked.filter(([, inner]) => inner !== undefined));
    }
}

function isOmitted({ mayBeEmpty }: ValueShape, value: unknown): boolean {
    return mayBeEmpty === true && value === "";
}

function joined(names: readonly string[]): string {
    return [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "").join(" and ");
}

function unknownArgument(key: string, names: readonly string[]): string {
    const sorted = [...names].sort();
    const nearest = nearestName(key, sorted);
    const hint = nearest === undefined ? `the arguments here are ${sorted.join(", ")}` : `did you mean \`${nearest}\`?`;
    return `is not an argument; ${hint}`;
}

/** The closest name, if it is close enough to be what was meant. */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
    const nearest = closest(wrong, names);
    return distance(wrong, nearest) <= Math.max(2, Math.floor(wrong.length / 3)) ? nearest : undefined;
}

/** A problem for each item of a list that repeats an earlier one. */
export function repeatedProblems(path: string, items: readonly unknown[] = []): Problem[] {
    return items.flatMap((item, i) =>
        items.indexOf(item) < i ? [{ path: `${path}[${i}]`, reason: `repeats "${item}"; name each once` }] : [],
    );
}

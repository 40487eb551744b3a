import { isListed } from "./patterns";
import { isUnknown, kindOf, known, type Resource, text } from "./resource";

/** Objects that a rule does not judge. */
export interface Exception {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly reason: string;
}

/** The JSON schema of an exception. `exceptionProblems` says more, and in sentences. */
const fields = {
    kind: "kind of the objects, e.g. `Deployment`; of other providers the last part of the type, e.g. `RandomPassword`",
    namespace: "namespace of the objects, with `*` for any characters; if omitted, all namespaces",
    name: "name of the objects, with `*` for any characters",
    reason: "why the rule does not apply to them",
} as const;

/** The setting of every rule. */
export const exceptions = {
    except: {
        type: "array",
        description:
            "objects that the rule does not judge, each with its `kind`, `name` and a `reason`, and optionally its `namespace`",
        items: {
            type: "object",
            properties: Object.fromEntries(
                Object.entries(fields).map(([name, description]) => [name, { type: "string" as const, description }]),
            ),
        },
        default: [] as Exception[],
    },
} as const;

/** A sentence for each exception that cannot be used, with what to write instead. */
export function exceptionProblems(rule: string, given: unknown): string[] {
    if (!Array.isArray(given)) return [`${rule}.except: must be a list of exceptions`];
    return given.flatMap((exception, i) => problemsOf(exception).map((what) => `${rule}.except[${i}]${what}`));
}

function problemsOf(exception: unknown): string[] {
    if (typeof exception !== "object" || exception === null || Array.isArray(exception)) {
        return [": must be an object with `kind`, `name` and `reason`"];
    }
    const values = exception as Record<string, unknown>;
    const problems = Object.keys(values)
        .filter((key) => !(key in fields))
        .map((key) => `.${key}: is not a field of an exception; write ${Object.keys(fields).join(", ")}`);
    const check = (key: keyof typeof fields, isRight: (value: string) => boolean, what: string) => {
        const value = values[key];
        if (value === undefined && key === "namespace") return;
        if (typeof value !== "string" || !isRight(value)) problems.push(`.${key}: ${what}`);
    };
    check("kind", (kind) => /^[A-Z][A-Za-z0-9]*$/.test(kind), "must be a kind such as `Deployment`");
    check("namespace", isPattern, "must be a namespace, with `*` for any characters; omit it for all namespaces");
    check("name", isPattern, "must be an object's name, with `*` for any characters");
    check("reason", (reason) => reason.trim().length >= 10, "must say in a few words why the rule does not apply");
    return problems;
}

function isPattern(value: string): boolean {
    return /^[A-Za-z0-9*][A-Za-z0-9.:_*-]*$/.test(value);
}

/**
 * Whether an exception covers the resource. A name or namespace that is unknown in a preview may be covered, so that `up` decides.
 * Exceptions with a problem cover nothing.
 */
export function isExcepted(resource: Resource, given: unknown): boolean {
    if (!Array.isArray(given)) return false;
    return given.some((exception) => problemsOf(exception).length === 0 && covers(exception, resource));
}

function covers({ kind, namespace, name }: Exception, resource: Resource): boolean {
    const { props } = resource;
    const kubernetesKind = kindOf(resource);
    if (kubernetesKind === undefined) {
        return kind === resource.type.split(":").pop() && namespace === undefined && isListed(resource.name, [name]);
    }
    const matches = (read: () => unknown, pattern: string, otherwise: string) =>
        isUnknown(read) || isListed(text(read) ?? otherwise, [pattern]);
    return (
        kind === kubernetesKind &&
        (namespace === undefined || matches(() => known(() => props.metadata)?.namespace, namespace, "default")) &&
        matches(() => known(() => props.metadata)?.name, name, resource.name)
    );
}

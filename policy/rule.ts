import type { EnforcementLevel, ResourceValidationPolicy, Severity, StackValidationPolicy } from "@pulumi/policy";
import { type Resource, single } from "./resource";

/** A parameter of a rule, set in the file of `--policy-pack-config`. */
export interface Setting<T> {
    readonly type: "string" | "integer" | "boolean" | "array";
    /** The meaning, with its unit. */
    readonly description: string;
    readonly default: T;
}

export type Settings<S> = { readonly [K in keyof S]: Setting<S[K]> };

interface Metadata<S> {
    /** The rule's name in configuration files. */
    readonly name: string;
    /** The requirement. */
    readonly what: string;
    /** The consequence of a violation. */
    readonly why: string;
    /** What to change. Appended to every violation. */
    readonly fix: string;
    readonly severity: Severity;
    /** The level without a configuration file. Defaults to `mandatory`. */
    readonly level?: EnforcementLevel;
    readonly settings: Settings<S>;
}

/** Checks one resource at a time, before it is created. */
export interface ResourceRule<S = object> extends Metadata<S> {
    /** A sentence without a full stop for each violation. It never contains a value that may be secret. */
    readonly check: (resource: Resource, settings: S) => string[];
}

export interface Finding {
    readonly resource: Resource;
    readonly message: string;
}

/** Checks all resources of a stack together, at the end of a preview or an update. */
export interface StackRule<S = object> extends Metadata<S> {
    readonly checkStack: (resources: readonly Resource[], settings: S) => Finding[];
}

// biome-ignore lint/suspicious/noExplicitAny: each rule has its own parameters
export type Rule = ResourceRule<any> | StackRule<any>;

/** Ties the type of a rule's parameters to its check. */
export function resourceRule<S>(rule: ResourceRule<S>): ResourceRule<S> {
    return rule;
}

export function stackRule<S>(rule: StackRule<S>): StackRule<S> {
    return rule;
}

/** The defaults of a rule's parameters. */
export function defaults(rule: Rule): object {
    return Object.fromEntries(
        Object.entries(rule.settings).map(([name, setting]) => [name, (setting as Setting<unknown>).default]),
    );
}

/** The rule as Pulumi runs it. */
export function toPolicy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
    const metadata = {
        name: rule.name,
        description: rule.what,
        enforcementLevel: rule.level ?? "mandatory",
        severity: rule.severity,
        remediationSteps: rule.fix,
        configSchema: { properties: rule.settings },
    };
    const sentence = (message: string) => `${message}. ${rule.fix}`;
    if ("check" in rule) {
        return {
            ...metadata,
            validateResource: (args, report) => {
                const settings = { ...defaults(rule), ...args.getConfig() };
                const { type, name, urn, props } = args;
                for (const resource of single({ type, name, urn, props, isProtected: args.opts.protect })) {
                    for (const message of rule.check(resource, settings)) report(sentence(message));
                }
            },
        };
    }
    return {
        ...metadata,
        validateStack: (args, report) => {
            const resources = args.resources.flatMap(({ type, name, urn, props, opts }) =>
                single({ type, name, urn, props, isProtected: opts.protect }),
            );
            const found = rule.checkStack(resources, { ...defaults(rule), ...args.getConfig() });
            for (const { resource, message } of found) report(sentence(message), resource.urn);
        },
    };
}

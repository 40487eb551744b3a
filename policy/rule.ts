import type {
    EnforcementLevel,
    PolicyConfigSchema,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
} from "@pulumi/policy";
import { type Exception, exceptionProblems, exceptions, isExcepted } from "./exceptions";
import { type Resource, single } from "./resource";

type JsonSchema = PolicyConfigSchema["properties"][string];

/** A parameter of a rule, set in the file of `--policy-pack-config`. */
export interface Setting<T> {
    readonly type: "string" | "integer" | "boolean" | "array";
    /** The meaning, with its unit. */
    readonly description: string;
    /** The type of a list's items. Defaults to strings. */
    readonly items?: JsonSchema;
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

/** All settings of a rule: its own, and those that every rule has. */
export function allSettings(rule: Rule): Record<string, Setting<unknown>> {
    return { ...rule.settings, ...exceptions };
}

/** The defaults of a rule's parameters. */
export function defaults(rule: Rule): { readonly except: Exception[] } & Record<string, unknown> {
    const values = Object.entries(allSettings(rule)).map(([name, setting]) => [name, setting.default]);
    return Object.fromEntries(values);
}

/** The rule as Pulumi runs it. */
export function toPolicy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
    const metadata = {
        name: rule.name,
        description: rule.what,
        enforcementLevel: rule.level ?? "mandatory",
        severity: rule.severity,
        remediationSteps: rule.fix,
        configSchema: { properties: schemaOf(rule) },
    };
    const sentence = (message: string) => `${message}. ${rule.fix}`;
    const configured = (given: object) => {
        const { except, ...settings } = { ...defaults(rule), ...given };
        return { except, settings, wrong: exceptionProblems(rule.name, except).map((problem) => `${problem}.`) };
    };
    if ("check" in rule) {
        return {
            ...metadata,
            validateResource: (args, report) => {
                const { except, settings, wrong } = configured(args.getConfig());
                const { type, name, urn, props } = args;
                // Once in a run, not for every resource.
                if (type === "pulumi:pulumi:Stack") for (const problem of wrong) report(problem);
                for (const resource of single({ type, name, urn, props, isProtected: args.opts.protect })) {
                    if (isExcepted(resource, except)) continue;
                    for (const message of rule.check(resource, settings)) report(sentence(message));
                }
            },
        };
    }
    return {
        ...metadata,
        validateStack: (args, report) => {
            const { except, settings, wrong } = configured(args.getConfig());
            for (const problem of wrong) report(problem);
            const resources = args.resources.flatMap(({ type, name, urn, props, opts, dependencies }) => {
                const urns = dependencies.map((dependency) => dependency.urn);
                return single({ type, name, urn, props, isProtected: opts.protect, dependencies: urns });
            });
            for (const { resource, message } of rule.checkStack(resources, settings)) {
                if (!isExcepted(resource, except)) report(sentence(message), resource.urn);
            }
        },
    };
}

/** The settings as JSON schema, from which the engine checks a configuration file. */
function schemaOf(rule: Rule): Record<string, JsonSchema> {
    const schemas = Object.entries(allSettings(rule)).map(([name, { type, items = { type: "string" }, ...rest }]) => [
        name,
        { type, ...rest, ...(type === "array" && { items }) },
    ]);
    return Object.fromEntries(schemas);
}

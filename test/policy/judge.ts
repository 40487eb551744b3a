import * as assert from "node:assert/strict";
import {
    type PolicyResource,
    type ResourceValidationPolicy,
    type StackValidationPolicy,
    unknownCheckingProxy,
} from "@pulumi/policy";
import { type Rule, toPolicy } from "../../policy/rule";
import { rules } from "../../policy/rules";
import type { Declared } from "./fixtures";

export function ruleNamed(name: string): Rule {
    const rule = rules.find((candidate) => candidate.name === name);
    assert.ok(rule, `there is no rule ${name}`);
    return rule;
}

function urnOf({ type, name, parent }: Declared): string {
    return `urn:pulumi:test::test::${parent === undefined ? "" : `${parent}$`}${type}::${name}`;
}

/** The rule's messages for a stack with these resources. */
export function violations(rule: Rule, resources: readonly Declared[], settings: object = {}): string[] {
    const messages: string[] = [];
    const report = (message: string) => void messages.push(message);
    const common = {
        stackTags: new Map<string, string>(),
        getConfig: <T extends object>() => settings as T,
        notApplicable: () => assert.fail("no rule says that it is not applicable"),
    };
    const all = resources.map((resource) => ({
        ...common,
        type: resource.type,
        name: resource.name,
        urn: urnOf(resource),
        props: unknownCheckingProxy(resource.props),
        opts: {
            protect: resource.isProtected ?? false,
            ignoreChanges: [],
            aliases: [],
            additionalSecretOutputs: [],
            customTimeouts,
        },
        isType: () => false,
        asType: () => undefined,
        dependencies: resources.filter(({ name }) => resource.uses?.includes(name)).map((one) => ({ urn: urnOf(one) })),
        propertyDependencies: {},
    }));
    const policy = toPolicy(rule);
    const { validateResource } = policy as ResourceValidationPolicy;
    const { validateStack } = policy as StackValidationPolicy;
    if (typeof validateResource === "function") for (const one of all) validateResource(one, report);
    validateStack?.({ ...common, resources: all as unknown as PolicyResource[] }, report);
    return messages;
}

const customTimeouts = { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 };

interface Failing {
    readonly of: readonly Declared[];
    /** A part of the only message, or of each message. */
    readonly says: string | readonly string[];
    readonly settings?: object;
}

interface Cases {
    readonly passes: Record<string, readonly Declared[] | { of: readonly Declared[]; settings: object }>;
    readonly fails: Record<string, Failing>;
    /** Violations if unknown values of a preview were known. */
    readonly unknown: Record<string, readonly Declared[]>;
}

/** Every rule with tests, so that another test can check that none is missing. */
export const described = new Set<string>();
/** Every resource that a rule rejects. */
export const refused: Declared[] = [];
/** Every stack that a rule allows. */
export const allowed: { readonly rule: string; readonly of: readonly Declared[]; readonly settings: object }[] = [];

export function describeRule(name: string, { passes, fails, unknown }: Cases): void {
    described.add(name);
    refused.push(...Object.values(fails).flatMap((failing) => failing.of));
    for (const given of Object.values(passes)) {
        allowed.push({ rule: name, ...("of" in given ? given : { of: given, settings: {} }) });
    }
    describe(name, () => {
        for (const [what, given] of Object.entries(passes)) {
            it(`allows ${what}`, () => {
                const { of, settings } = "of" in given ? given : { of: given, settings: {} };
                assert.deepEqual(violations(ruleNamed(name), of, settings), []);
            });
        }
        for (const [what, { of, says, settings }] of Object.entries(fails)) {
            it(`rejects ${what}`, () => {
                const rule = ruleNamed(name);
                const messages = violations(rule, of, settings);
                const parts = typeof says === "string" ? [says] : says;
                assert.equal(messages.length, parts.length, messages.join("\n"));
                for (const [i, part] of parts.entries()) {
                    assert.ok(messages[i].includes(part), `"${part}" is not in: ${messages[i]}`);
                    assert.ok(messages[i].endsWith(`. ${rule.fix}`), messages[i]);
                }
            });
        }
        for (const [what, of] of Object.entries(unknown)) {
            it(`does not judge in a preview: ${what}`, () => assert.deepEqual(violations(ruleNamed(name), of), []));
        }
    });
}

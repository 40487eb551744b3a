import * as assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import { bcryptCost } from "../../components/users/htpasswd";
import { bitsOf, unguessableBits } from "../../policy/passwords";
import { defaults, type Setting } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { repositoryRoot } from "../../sandbox/paths";
import { profileOf } from "../../sandbox/stack/policies";
import { policiesReference } from "../../scripts/docs/policiesReference";
import { badRegistry } from "./badRegistry";
import { described, refused, violations } from "./judge";
// In this file's process, so that it can check that no rule is missing.
import "./certificates.cases";
import "./credentials.cases";
import "./exposure.cases";
import "./storage.cases";
import "./workloads.cases";

const profile = (name: string): Record<string, string | Record<string, unknown>> =>
    JSON.parse(readFileSync(path.join(__dirname, `../../policy/profiles/${name}.json`), "utf8"));
const levels = ["advisory", "mandatory", "disabled"];

describe("the policy pack", () => {
    it("has a unique name for every rule", () => {
        const names = rules.map(({ name }) => name);
        assert.deepEqual(names, [...new Set(names)]);
        for (const name of names) assert.match(name, /^[a-z]+(-[a-z]+)+$/);
    });

    it("has a description of every rule and setting", () => {
        for (const { name, what, why, fix, settings } of rules) {
            for (const sentence of [what, why, fix]) assert.match(sentence, /^[A-Z`].*\.$/, name);
            for (const [key, setting] of Object.entries(settings)) {
                const { type, description, default: value } = setting as Setting<unknown>;
                assert.ok(description.length > 5, `${name}.${key}`);
                assert.equal(
                    type,
                    Array.isArray(value) ? "array" : typeof value === "number" ? "integer" : typeof value,
                    `${name}.${key}`,
                );
            }
        }
    });

    it("has tests of every rule that pass, fail and are unknown", () => {
        assert.deepEqual([...described].sort(), rules.map(({ name }) => name).sort());
    });

    for (const name of ["baseline", "strict"]) {
        it(`has a level for every rule in the profile ${name}, and only existing settings`, () => {
            const config = profile(name);
            assert.deepEqual(
                Object.keys(config),
                rules.map((rule) => rule.name),
            );
            for (const rule of rules) {
                const given = config[rule.name];
                const { enforcementLevel, ...settings } =
                    typeof given === "string" ? { enforcementLevel: given } : given;
                assert.ok(levels.includes(String(enforcementLevel)), rule.name);
                const known: Record<string, unknown> = { ...defaults(rule) };
                for (const [key, value] of Object.entries(settings)) {
                    assert.equal(typeof value, typeof known[key], `${rule.name}.${key}`);
                }
            }
        });
    }

    it("is at least as strict in the profile strict as in baseline, for every rule", () => {
        const levelIn = (name: string, rule: string) => {
            const given = profile(name)[rule];
            return ["disabled", "advisory", "mandatory"].indexOf(
                String(typeof given === "string" ? given : given.enforcementLevel),
            );
        };
        for (const { name } of rules) assert.ok(levelIn("strict", name) >= levelIn("baseline", name), name);
    });

    it("applies the profile strict to production stacks", () => {
        assert.equal(profileOf("prod"), "strict");
        assert.equal(profileOf("production-eu"), "strict");
        assert.equal(profileOf("dev"), "baseline");
    });

    it("treats the same passwords as weak as the component", () => {
        fc.assert(
            fc.property(fc.string({ maxLength: 60 }), (password) => {
                assert.equal(bitsOf(password) < unguessableBits, bcryptCost(password) > 5);
            }),
        );
    });

    it("contains no secret in any violation", () => {
        const secret = fc.string({ unit: fc.constantFrom(..."abcdefghijkmnpqrstuvwxyz23456789"), minLength: 12 });
        fc.assert(
            fc.property(secret, (planted) => {
                const messages = rules.flatMap((rule) => violations(rule, badRegistry(planted)));
                assert.ok(messages.length > rules.length, messages.join("\n"));
                const encoded = Buffer.from(planted).toString("base64").slice(0, 12);
                for (const message of messages) {
                    assert.ok(!message.includes(planted), message);
                    assert.ok(!message.includes(encoded), message);
                }
            }),
            { numRuns: 30 },
        );
    });

    it("finds a violation of every rule in the bad registry", () => {
        const silent = rules.filter((rule) => violations(rule, badRegistry("hunter2"), strictHosts).length === 0);
        assert.deepEqual(
            silent.map(({ name }) => name),
            [],
        );
    });

    it("never fails on a malformed manifest", () => {
        const types = [...new Set(refused.map(({ type }) => type))];
        const value = fc.letrec((tie) => ({
            tree: fc.oneof(
                { depthSize: "small" },
                fc.constantFrom(null, true, 0, "registry", "", []),
                fc.array(tie("tree"), { maxLength: 2 }),
                fc.dictionary(
                    fc.constantFrom(
                        ...["metadata", "spec", "template", "containers", "volumes", "labels", "name", "data", "items"],
                        ...[
                            "image",
                            "env",
                            "ports",
                            "rules",
                            "http",
                            "paths",
                            "tls",
                            "hosts",
                            "securityContext",
                            "type",
                        ],
                        ...[
                            "stringData",
                            "app",
                            "config.yml",
                            ".dockerconfigjson",
                            "annotations",
                            "length",
                            "selector",
                        ],
                    ),
                    tie("tree"),
                ),
            ),
        })).tree as fc.Arbitrary<unknown>;
        const props = fc.dictionary(fc.constantFrom("metadata", "spec", "data", "stringData", "items"), value);
        fc.assert(
            fc.property(fc.constantFrom(...types), props, (type, given) => {
                for (const rule of rules) violations(rule, [{ type, name: "any", props: given }]);
            }),
            { numRuns: 500 },
        );
    });

    it("is described by docs/policies.md (UPDATE_SNAPSHOTS=1 writes it)", () => {
        const file = path.join(repositoryRoot, "docs", "policies.md");
        const current = policiesReference();
        if (process.env.UPDATE_SNAPSHOTS === "1") writeFileSync(file, current);
        assert.equal(readFileSync(file, "utf8"), current);
    });
});

/** Settings for the rules that allow everything by default. */
const strictHosts = { hosts: ["none"], namespaces: ["none"], storageClasses: ["none"] };

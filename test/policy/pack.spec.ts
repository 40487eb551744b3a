import * as assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import { bcryptCost } from "../../components/users/htpasswd";
import { bitsOf, unguessableBits } from "../../policy/passwords";
import type { Tree } from "../../policy/resource";
import { allSettings, defaults, type Setting } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { repositoryRoot } from "../../sandbox/paths";
import { profileOf } from "../../sandbox/stack/policies";
import { policiesReference } from "../../scripts/docs/policiesReference";
import { badRegistry } from "./badRegistry";
import { unknown } from "./fixtures";
import { allowed, described, refused, ruleNamed, violations } from "./judge";
// In this file's process, so that it can check that no rule is missing.
import "./certificates.cases";
import "./credentials.cases";
import "./exposure.cases";
import "./login.cases";
import "./otherRoutes.cases";
import "./passwords.cases";
import "./replicas.cases";
import "./secrets.cases";
import "./storage.cases";
import "./tls.cases";
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
        for (const rule of rules) {
            const { name, what, why, fix } = rule;
            for (const sentence of [what, why, fix]) assert.match(sentence, /^[A-Z`].*\.$/, name);
            for (const [key, setting] of Object.entries(allSettings(rule))) {
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
        const keys = [
            ...[
                "metadata",
                "spec",
                "template",
                "containers",
                "volumes",
                "labels",
                "name",
                "namespace",
                "data",
                "items",
            ],
            ...[
                "image",
                "env",
                "envFrom",
                "ports",
                "rules",
                "http",
                "paths",
                "tls",
                "hosts",
                "securityContext",
                "type",
            ],
            ...["stringData", "app", "config.yml", ".dockerconfigjson", "annotations", "length", "selector", "routes"],
            ...["volumeMounts", "mountPath", "configMap", "secret", "secretName", "command", "args", "parentRefs"],
            ...["listeners", "backendRefs", "services", "defaultBackend", "service", "replicas", "livenessProbe"],
            ...["httpGet", "httpHeaders", "hostPort", "containerPort", "targetPort", "capabilities", "seccompProfile"],
        ];
        const configs = [
            "version: 0.1\nstorage: null\nhttp: 5\nauth: [a]\n",
            "version: 1\nstorage: s3\nhttp: { tls: x, debug: 5 }\nauth: { htpasswd: null }\n",
            '{"http":null,"storage":{"rootDirectory":5}}',
            '{"auths":{"a":null,"b":5}}',
            "NodePort",
            "/etc/distribution",
            "registry:3.1.2",
        ];
        const value = fc.letrec((tie) => ({
            tree: fc.oneof(
                { depthSize: "small" },
                fc.constantFrom(null, true, 0, "registry", "", []),
                fc.constantFrom(...configs),
                fc.array(tie("tree"), { maxLength: 2 }),
                fc.dictionary(fc.constantFrom(...keys), tie("tree"), { noNullPrototype: true }),
            ),
        })).tree as fc.Arbitrary<unknown>;
        const props = fc.dictionary(fc.constantFrom("metadata", "spec", "data", "stringData", "items"), value, {
            noNullPrototype: true,
        });
        const wild = fc.record({ type: fc.constantFrom(...types), name: fc.constant("any"), props });
        /** A resource that a rule rejects, with one of its values replaced. */
        const spoiled = fc.tuple(fc.constantFrom(...refused), fc.nat(), value).map(([resource, where, given]) => ({
            ...resource,
            props: replaced(resource.props, where, given),
        }));
        fc.assert(
            fc.property(fc.array(fc.oneof(wild, spoiled), { minLength: 1, maxLength: 3 }), (resources) => {
                for (const rule of rules) violations(rule, resources);
            }),
            { numRuns: 500 },
        );
    });

    it("does not judge what a preview does not know: each value of a stack that a rule allows", () => {
        const places = allowed.flatMap((stack) =>
            stack.of.flatMap((resource, i) => paths(resource.props).map((place) => ({ stack, i, place }))),
        );
        fc.assert(
            fc.property(fc.constantFrom(...places), ({ stack: { rule, of, settings }, i, place }) => {
                const resources = of.map((one, j) => (j === i ? { ...one, props: unknownAt(one.props, place) } : one));
                assert.deepEqual(violations(ruleNamed(rule), resources, settings), [], `${of[i].type} ${place}`);
            }),
            { numRuns: 1000 },
        );
    });

    it("is described by docs/policies.md (UPDATE_SNAPSHOTS=1 writes it)", () => {
        const file = path.join(repositoryRoot, "docs", "policies.md");
        const current = policiesReference();
        if (process.env.UPDATE_SNAPSHOTS === "1") writeFileSync(file, current);
        assert.equal(readFileSync(file, "utf8"), current);
    });
});

/** A copy of a manifest with one of its values replaced. */
function replaced(tree: Tree, where: number, given: unknown): Tree {
    const keys = Object.keys(tree);
    const key = keys[where % keys.length];
    const copy = Array.isArray(tree) ? [...tree] : { ...tree };
    const below = tree[key];
    const isLeaf = typeof below !== "object" || below === null || Object.keys(below).length === 0 || where % 7 === 6;
    return Object.assign(copy, { [key]: isLeaf ? given : replaced(below, Math.floor(where / keys.length), given) });
}

/** The paths of all values in a manifest. */
function paths(tree: Tree): string[][] {
    if (typeof tree !== "object" || tree === null) return [];
    return Object.keys(tree).flatMap((key) => [[key], ...paths(tree[key]).map((below) => [key, ...below])]);
}

/** A copy of a manifest in which a preview does not know one value. */
function unknownAt(tree: Tree, [key, ...below]: readonly string[]): Tree {
    const copy = Array.isArray(tree) ? [...tree] : { ...tree };
    return Object.assign(copy, { [key]: below.length === 0 ? unknown : unknownAt(tree[key], below) });
}

/** Settings for the rules that allow everything by default. */
const strictHosts = { hosts: ["none"], namespaces: ["none"], storageClasses: ["none"] };

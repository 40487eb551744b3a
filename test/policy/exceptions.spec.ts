import * as assert from "node:assert/strict";
import { rules } from "../../policy/rules";
import {
    claim,
    configMap,
    type Declared,
    deployment,
    object,
    privateKey,
    randomPassword,
    service,
    unknown,
} from "./fixtures";
import { ruleNamed, violations } from "./judge";

const reason = "an example in the handbook";
const secretMap = configMap("demo-users", { htpasswd: "ci:$2y$05$abc" });
const stack: Declared = { type: "pulumi:pulumi:Stack", name: "test-dev", props: {} };

function said(rule: string, resources: readonly Declared[], ...except: unknown[]): string[] {
    return violations(ruleNamed(rule), resources, { except });
}

describe("exceptions", () => {
    const covering: Record<string, object> = {
        "by kind and name": { kind: "ConfigMap", name: "demo-users", reason },
        "by kind, namespace and name": { kind: "ConfigMap", namespace: "images", name: "demo-users", reason },
        "by patterns": { kind: "ConfigMap", namespace: "im*", name: "demo-*", reason },
    };
    for (const [how, exception] of Object.entries(covering)) {
        it(`except an object ${how}`, () => {
            assert.equal(said("no-plaintext-secrets", [secretMap]).length, 1);
            assert.deepEqual(said("no-plaintext-secrets", [secretMap], exception), []);
        });
    }

    const others: Record<string, object> = {
        kind: { kind: "Secret", name: "demo-users", reason },
        namespace: { kind: "ConfigMap", namespace: "other", name: "demo-users", reason },
        name: { kind: "ConfigMap", name: "demo", reason },
    };
    for (const [what, exception] of Object.entries(others)) {
        it(`except no object of another ${what}`, () => {
            assert.equal(said("no-plaintext-secrets", [secretMap], exception).length, 1);
        });
    }

    it("except the objects of rules for the whole stack, one by one", () => {
        const plain = deployment({ container: { env: [], volumeMounts: [] } });
        const other = object("v1", "Service", "other", { spec: service().props.spec }, { spec: { type: "NodePort" } });
        const resources = [plain, service({ spec: { type: "NodePort" } }), other];
        assert.equal(said("login-on-exposed-paths", resources).length, 2);
        const [left, ...more] = said("login-on-exposed-paths", resources, { kind: "Service", name: "other", reason });
        assert.ok(left);
        assert.deepEqual(more, []);
    });

    it("except each object of a list", () => {
        const list = { type: "kubernetes:core/v1:ConfigMapList", name: "list", props: { items: [secretMap.props] } };
        assert.equal(said("no-plaintext-secrets", [list]).length, 1);
        assert.deepEqual(said("no-plaintext-secrets", [list], { kind: "ConfigMap", name: "demo-users", reason }), []);
    });

    it("except resources of other providers by their names in the program", () => {
        const key = privateKey({ algorithm: "RSA", rsaBits: 1024 });
        assert.equal(said("key-strength", [key]).length, 1);
        assert.deepEqual(said("key-strength", [key], { kind: "PrivateKey", name: "key", reason }), []);
        const password = { ...randomPassword({ length: 8 }), name: "registry-ci" };
        assert.deepEqual(said("password-strength", [password], { kind: "RandomPassword", name: "*", reason }), []);
    });

    it("except an object whose name is unknown in a preview, so that up decides", () => {
        const drawn = claim({ metadata: { name: unknown } }, false);
        const named = { ...drawn, props: { ...drawn.props, metadata: { labels: { app: "registry" }, name: unknown } } };
        assert.equal(said("data-protected", [named]).length, 1);
        assert.deepEqual(said("data-protected", [named], { kind: "PersistentVolumeClaim", name: "a", reason }), []);
    });

    const wrong: Record<string, [exception: unknown, says: string]> = {
        "no reason": [{ kind: "ConfigMap", name: "demo-users" }, ".reason: must say in a few words why"],
        "a reason of a word": [{ kind: "ConfigMap", name: "demo-users", reason: "ok" }, ".reason: must say"],
        "no name": [{ kind: "ConfigMap", reason }, ".name: must be an object's name"],
        "no kind": [{ name: "demo-users", reason }, ".kind: must be a kind such as `Deployment`"],
        "a kind in lower case": [{ kind: "configmap", name: "demo-users", reason }, ".kind: must be a kind"],
        "a misspelled field": [
            { kind: "ConfigMap", name: "demo-users", namespaces: "a", reason },
            ".namespaces: is not a field of an exception; write kind, namespace, name, reason",
        ],
        "a namespace that is not a string": [
            { kind: "ConfigMap", name: "demo-users", namespace: 5, reason },
            ".namespace: must be a namespace",
        ],
        "a string": ["demo-users", ": must be an object with `kind`, `name` and `reason`"],
        nothing: [null, ": must be an object"],
    };
    for (const [what, [exception, says]] of Object.entries(wrong)) {
        it(`are refused with ${what}, and cover nothing`, () => {
            const messages = said("no-plaintext-secrets", [stack, secretMap, secretMap], exception);
            assert.equal(messages.length, 3, messages.join("\n"));
            assert.ok(messages[0].startsWith(`no-plaintext-secrets.except[0]${says}`), messages[0]);
        });
    }

    it("are refused once by a rule for the whole stack", () => {
        const messages = said("network-policy", [stack, claim()], { kind: "Deployment", name: "registry" });
        assert.equal(messages.length, 1);
        assert.ok(messages[0].startsWith("network-policy.except[0].reason: must say"), messages[0]);
    });

    it("are refused if they are not in a list", () => {
        for (const rule of rules) {
            assert.deepEqual(violations(rule, [stack], { except: { kind: "ConfigMap" } }), [
                `${rule.name}.except: must be a list of exceptions.`,
            ]);
        }
    });
});

import * as assert from "node:assert/strict";
import { reasonAgainst } from "../../../../components/arguments/check";
import { labelKey, labelValue, taintKey } from "../../../../components/arguments/labels";
import { accessProblems, problems, type Wrong } from "../../refusals";
import * as must from "../../sentences";

const long = (length: number) => "a".repeat(length);

/** As k8s.io/apimachinery v0.35.8 validates labels: pkg/api/validate/content/kube.go. */
const values = {
    accepts: ["", "a", "7", "Platform", "platform-team", "a_b.c", "1.0", long(63)],
    refuses: [" ", "Platform Team", "-a", "a-", "a/b", "a:b", "ü", "a\nb", long(64), 7, true, null],
};
const keys = {
    accepts: ["team", "Team", "a_b.c-d", "example.com/team", "a/b", long(63), `${"a.".repeat(126)}a/${long(63)}`],
    refuses: [
        ...["", "my team", "-a", "a-", "/team", "example.com/", "a/b/c", "Example.com/team", "example_com/team", "ü"],
        ...[long(64), `${"a.".repeat(127)}a/b`, "a..b/c", ".a/b"],
    ],
};

describe("the rules for labels", () => {
    it("accept the values that Kubernetes accepts", () => {
        for (const value of values.accepts) assert.equal(reasonAgainst(labelValue, value), undefined, value);
        for (const value of values.refuses) assert.ok(reasonAgainst(labelValue, value), `accepts ${value}`);
    });

    it("accept the keys that Kubernetes accepts", () => {
        for (const key of keys.accepts) assert.equal(reasonAgainst(labelKey, key), undefined, key);
        for (const key of [...keys.refuses, 7]) assert.ok(reasonAgainst(labelKey, key), `accepts ${key}`);
        assert.equal(reasonAgainst(taintKey, ""), undefined);
        assert.ok(reasonAgainst(taintKey, "my taint"));
    });

    it("suggest a valid value, unless the value is secret", () => {
        const hint = (value: unknown, isSecret = false) => reasonAgainst(labelValue, value, isSecret)?.split("; ")[1];
        assert.equal(hint("Platform Team"), "did you mean `Platform-Team`?");
        assert.equal(hint("https://example.com/"), "did you mean `https-example.com`?");
        assert.equal(hint(1.5), 'write it in quotes, `"1.5"`');
        assert.equal(hint("  "), undefined);
        assert.equal(hint(long(64)), undefined);
        assert.equal(hint("hunter 2", true), undefined);
    });
});

/** Every argument that is a map, as arguments with one entry; `also` completes them. */
const host = "registry.example.com";
const maps: Record<string, (map: Wrong) => Wrong> = {
    labels: (map) => ({ labels: map }),
    annotations: (map) => ({ annotations: map }),
    "scheduling.nodeSelector": (map) => ({ scheduling: { nodeSelector: map } }),
    "nodes.nodeSelector": (map) => ({ nodes: { nodeSelector: map } }),
    "expose.ingress.annotations": (map) => ({ host, expose: { ingress: { controller: "other", annotations: map } } }),
    "expose.ingressRoute.annotations": (map) => ({ host, expose: { ingressRoute: { annotations: map } } }),
    "expose.gateway.annotations": (map) => ({
        host,
        expose: { gateway: { parentRefs: [{ name: "team" }], annotations: map } },
    }),
    "expose.loadBalancer.annotations": (map) => ({ expose: { loadBalancer: { annotations: map } } }),
};

describe("a map of labels or annotations", () => {
    for (const [path, args] of Object.entries(maps)) {
        it(`rejects a wrong key, with its path: ${path}`, async () => {
            assert.deepEqual(await problems(args({ "my key": "a" })), [`${path}.my key: ${must.key}`]);
            assert.deepEqual(await problems(args({ "example.com/": "a" })), [`${path}.example.com/: ${must.key}`]);
        });

        it(`rejects a value that is not in quotes, with its path: ${path}`, async () => {
            const [line, ...others] = await problems(args({ version: 1.5 }));
            assert.deepEqual(others, []);
            assert.ok(line.startsWith(`${path}.version: must be `), line);
            assert.ok(line.endsWith('not 1.5; write it in quotes, `"1.5"`'), line);
        });
    }

    it("of annotations accepts any string and an upper-case domain; one of labels does not", async () => {
        const annotations = { "Example.com/contact": "Platform Team <team@example.com>", note: long(5000) };
        assert.deepEqual(await problems({ annotations, replicas: 0 }), [
            "replicas: must be an integer of at least 1, not 0",
        ]);
        const wrong = await problems({ labels: { "Example.com/contact": "a", team: "Platform Team" } });
        assert.deepEqual(wrong, [
            `labels.Example.com/contact: ${must.key}`,
            `labels.team: ${must.labelValue}, not "Platform Team"; did you mean \`Platform-Team\`?`,
        ]);
    });

    it("is checked in RegistryAccess, too", async () => {
        const required = { host, dockerConfigJson: '{"auths":{}}' };
        assert.deepEqual(await accessProblems({ ...required, labels: { "a b": "c" }, annotations: { "/a": "b" } }), [
            `labels.a b: ${must.key}`,
            `annotations./a: ${must.key}`,
        ]);
    });
});

import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as fc from "fast-check";
import { RegistryAccess } from "../../../../components";
import { ArgumentError } from "../../../../components/arguments/check";
import { dockerConfigJson } from "../../../../components/arguments/formats/dockerConfig";
import { childNameProblems, longestName, Scope } from "../../../../components/kubernetes/scope";
import { recordedUrns } from "../../../upgrade/urns";
import { caCertificate } from "../../authority";
import { declare, type Resources } from "../../mocks";
import { refuses, refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

const marks = { labels: { team: "platform" }, annotations: { "example.com/owner": "platform" } };

/** Everything with labels in the cluster: all objects except patches of objects that are managed elsewhere, and all pods. */
const marked = (resources: Resources) => [
    ...resources.all
        .filter((r) => r.type.startsWith("kubernetes:") && !r.type.endsWith("Patch"))
        .map((r) => ({ name: r.name, metadata: r.inputs.metadata })),
    ...resources.pods,
];

describe("labels and annotations", () => {
    let resources: Resources;

    before(async () => {
        resources = await registry({
            ...marks,
            storage: { hostPath: { path: "/srv/registry" } },
            users: [{ name: "ci", generation: 2 }],
            pullSecrets: { namespaces: ["default"], serviceAccounts: ["default"] },
        });
    });

    it("are on every object and pod", () => {
        assert.ok(marked(resources).length >= 20);
        for (const { name, metadata } of marked(resources)) {
            assert.equal(metadata.labels?.team, "platform", name);
            assert.equal(metadata.annotations?.["example.com/owner"], "platform", name);
        }
    });

    it("are added to the component's own", () => {
        for (const { name, metadata } of marked(resources)) {
            assert.equal(metadata.labels["app.kubernetes.io/name"], "private-registry", name);
            assert.equal(metadata.labels["app.kubernetes.io/managed-by"], "pulumi", name);
            assert.match(metadata.labels["app.kubernetes.io/instance"], /^registry(-access)?$/, name);
        }
    });

    it("cannot override the component's labels, which select the pods", async () => {
        const labels = { "app.kubernetes.io/instance": "mine", "pod-security.kubernetes.io/enforce": "privileged" };
        const r = await registry({ labels });
        assert.equal(r.pod.metadata.labels["app.kubernetes.io/instance"], "registry");
        const { metadata } = r.one("Namespace", "registry-namespace").inputs;
        assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
    });

    it("are in no selector, because selectors are immutable", () => {
        for (const kind of ["Deployment", "DaemonSet"]) {
            for (const { inputs } of resources.every(kind)) {
                assert.deepEqual(Object.keys(inputs.spec.selector.matchLabels).sort(), [
                    "app.kubernetes.io/component",
                    "app.kubernetes.io/instance",
                    "app.kubernetes.io/name",
                ]);
                const { labels } = inputs.spec.template.metadata;
                for (const [key, value] of Object.entries(inputs.spec.selector.matchLabels)) {
                    assert.equal(labels[key], value);
                }
            }
        }
    });

    it("are on every object of RegistryAccess", async () => {
        const r = await declare(
            () =>
                new RegistryAccess("access", {
                    host: "registry.example.com",
                    dockerConfigJson: dockerConfigJson(["registry.example.com"], "puller", "hunter2"),
                    caCertPem: caCertificate,
                    pullSecrets: { namespaces: ["default"] },
                    ...marks,
                }),
        );
        assert.ok(marked(r).length >= 8);
        for (const { name, metadata } of marked(r)) {
            assert.equal(metadata.labels?.team, "platform", name);
            assert.equal(metadata.annotations?.["example.com/owner"], "platform", name);
        }
    });
});

const scopeOf = (name: string) =>
    new Scope({
        title: `the PrivateRegistry "${name}"`,
        name,
        labels: {},
        annotations: {},
        namespace: pulumi.output("images"),
        parent: undefined as unknown as pulumi.Resource,
    });

/** The part of every Kubernetes object that a registry, or an access named `registry`, declares. */
function everyPart(): string[] {
    const urns = Object.values(recordedUrns()).flatMap((children) => Object.keys(children));
    const names = urns.filter((urn) => urn.includes("kubernetes:")).map((urn) => urn.split("::").at(-1) as string);
    const parts = names.map((name) => name.replace(/^registry-(access-)?/, ""));
    return [...new Set(parts)].filter((part) => /^[a-z0-9-]+$/.test(part)).sort();
}

/** The longest valid name of a component. */
const longestComponentName = 63;

/** Valid names of components, many of maximum length. */
const componentName = fc
    .tuple(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,70}[a-z0-9])?$/), fc.boolean())
    .map(([name, isLong]) => (isLong ? name.padEnd(longestComponentName, "a") : name).slice(0, longestComponentName))
    .filter((name) => childNameProblems(name, longestComponentName).length === 0);

const limits = Object.values(longestName);

describe("a scope", () => {
    it("gives resources names in Pulumi's state that are never truncated", () => {
        const name = "a".repeat(longestComponentName);
        assert.equal(scopeOf(name).name("certificate-watch-role-binding"), `${name}-certificate-watch-role-binding`);
    });

    it("passes a valid value on, and rejects problems as one error about its component", async () => {
        assert.equal(await scopeOf("team").unlessProblems([], "valid"), "valid");
        await assert.rejects(
            scopeOf("team").unlessProblems([{ path: "host", reason: "is missing" }], "wrong"),
            (error: unknown) => {
                assert.ok(error instanceof ArgumentError);
                assert.equal(error.message, 'the PrivateRegistry "team" cannot be created:\n  host: is missing');
                return true;
            },
        );
    });

    it("keeps namespace, labels and annotations when only the namespace changes", async () => {
        const other = scopeOf("team").inNamespace(pulumi.output("other"));
        const { namespace, ...rest } = other.metadata("team-server", "server", { owner: "platform" });
        assert.equal(await new Promise((resolve) => namespace.apply(resolve)), "other");
        assert.deepEqual(rest, scopeOf("team").clusterMetadata("team-server", "server", { owner: "platform" }));
    });
});

describe("the name of a Kubernetes object", () => {
    const parts = everyPart();

    it("is tested with every part of the component", () => {
        for (const part of ["deployment", "minio", "credentials-accepted", "certificate-watch-role-binding"]) {
            assert.ok(parts.includes(part), part);
        }
        assert.ok(parts.length > 50, `only ${parts.length} parts`);
    });

    it("is the name in Pulumi's state if that is short enough", () => {
        fc.assert(
            fc.property(componentName, fc.constantFrom(...parts), fc.constantFrom(...limits), (name, part, limit) => {
                const scope = scopeOf(name);
                const whole = scope.name(part);
                if (whole.length <= limit) assert.equal(scope.objectName(part, limit), whole);
                else assert.notEqual(scope.objectName(part, limit), whole);
            }),
        );
    });

    it("is a DNS label within the limit, and ends with a hash if it was truncated", () => {
        fc.assert(
            fc.property(componentName, fc.constantFrom(...parts), fc.constantFrom(...limits), (name, part, limit) => {
                const scope = scopeOf(name);
                const short = scope.objectName(part, limit);
                assert.ok(short.length <= limit, short);
                assert.match(short, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
                assert.equal(short, scope.objectName(part, limit));
                if (scope.name(part).length > limit) assert.match(short, /[a-z0-9]-[0-9a-f]{8}$/);
            }),
        );
    });

    for (const limit of limits) {
        it(`is unique for each part with the longest valid component name, with ${limit} characters`, () => {
            const longest = componentName.map((name) => name.padEnd(longestComponentName, "0"));
            fc.assert(
                fc.property(longest, (name) => {
                    const names = parts.map((part) => scopeOf(name).objectName(part, limit));
                    assert.equal(new Set(names).size, parts.length);
                }),
            );
        });
    }

    it("is unique for components whose names have a common prefix", () => {
        const [a, b] = ["a", "b"].map((end) => scopeOf("x".repeat(62) + end));
        for (const part of parts) assert.notEqual(a.objectName(part), b.objectName(part));
    });
});

refusesValues("labels and annotations", [
    ["labels.team", 7, must.labelValue, 'write it in quotes, `"7"`'],
    ["labels.team", "Platform Team", must.labelValue, "did you mean `Platform-Team`?"],
    ["annotations.note", false, must.string, 'write it in quotes, `"false"`'],
]);

refuses("the keys of labels and annotations", {
    "keys that Kubernetes rejects": {
        of: { labels: { "my team": "a", "/team": "b" }, annotations: { "example.com/a/b": "c" } },
        says: [`labels.my team: ${must.key}`, `labels./team: ${must.key}`, `annotations.example.com/a/b: ${must.key}`],
    },
});

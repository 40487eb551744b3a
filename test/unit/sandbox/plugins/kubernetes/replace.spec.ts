import * as assert from "node:assert/strict";
import { Cluster } from "../../../../../sandbox/plugins/kubernetes/cluster";
import { objectType } from "../../../../../sandbox/plugins/kubernetes/object";
import { readSettings } from "../../../../../sandbox/plugins/kubernetes/settings";
import type { ResourceType } from "../../../../../sandbox/plugins/resourceType";
import type { Properties } from "../../../../../sandbox/plugins/values";
import { toDiffResponse } from "../../../../../sandbox/plugins/wire";

const meta = { name: "x", namespace: "ns" };

/** What the provider answers to a change: nothing, an update, or a replacement; and whether the old one goes first. */
function outcome(type: string, olds: Properties, news: Properties, providerInputs: Properties = {}): string {
    const settings = readSettings(providerInputs);
    const { diff } = objectType(new Cluster(settings.choice), settings) as Required<ResourceType>;
    const [, group, kind] = type.split(":");
    const complete = (inputs: Properties) => ({
        apiVersion: group.replace(/^core\//, ""),
        kind: kind.replace(/Patch$/, ""),
        metadata: meta,
        ...inputs,
    });
    const response = toDiffResponse(diff({ name: "x", type, olds: complete(olds), news: complete(news), state: {} }));
    if (response.getDiffsList().length === 0) return "nothing";
    if (response.getReplacesList().length === 0) return "update";
    return response.getDeletebeforereplace() ? "delete, then create" : "create, then delete";
}

const auto = (name: string) => ({ metadata: { ...meta, name, annotations: { "pulumi.com/autonamed": "true" } } });

describe("what a change of an object does", () => {
    const spec = (field: string, value: unknown) => ({ spec: { [field]: value } });
    const cases: [string, string, Properties, Properties, string][] = [
        ["the same", "kubernetes:core/v1:ConfigMap", { data: { a: "1" } }, { data: { a: "1" } }, "nothing"],
        ["replicas", "kubernetes:apps/v1:Deployment", spec("replicas", 1), spec("replicas", 2), "update"],
        [
            "the selector of a Deployment",
            "kubernetes:apps/v1:Deployment",
            spec("selector", { matchLabels: { a: "1" } }),
            spec("selector", { matchLabels: { a: "2" } }),
            "delete, then create",
        ],
        [
            "the selector of a DaemonSet",
            "kubernetes:apps/v1:DaemonSet",
            spec("selector", { matchLabels: { a: "1" } }),
            spec("selector", { matchLabels: { a: "1", b: "2" } }),
            "delete, then create",
        ],
        [
            "the size of a claim",
            "kubernetes:core/v1:PersistentVolumeClaim",
            spec("resources", { requests: { storage: "1Gi" } }),
            spec("resources", { requests: { storage: "2Gi" } }),
            "update",
        ],
        [
            "the class of a claim",
            "kubernetes:core/v1:PersistentVolumeClaim",
            spec("storageClassName", "a"),
            spec("storageClassName", "b"),
            "delete, then create",
        ],
        [
            "the path of a volume",
            "kubernetes:core/v1:PersistentVolume",
            spec("hostPath", { path: "/a" }),
            spec("hostPath", { path: "/b" }),
            "delete, then create",
        ],
        [
            "the template of a Job",
            "kubernetes:batch/v1:Job",
            spec("template", { spec: { a: 1 } }),
            spec("template", { spec: { a: 2 } }),
            "delete, then create",
        ],
        [
            "the role of a binding",
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
            { roleRef: { name: "a" } },
            { roleRef: { name: "b" } },
            "delete, then create",
        ],
        ["the port of a Service", "kubernetes:core/v1:Service", spec("ports", [1]), spec("ports", [2]), "update"],
        [
            "the address of a Service",
            "kubernetes:core/v1:Service",
            spec("clusterIP", "10.0.0.1"),
            spec("clusterIP", "10.0.0.2"),
            "delete, then create",
        ],
        [
            "the provisioner of a class",
            "kubernetes:storage.k8s.io/v1:StorageClass",
            { provisioner: "a" },
            { provisioner: "b" },
            "delete, then create",
        ],
        [
            "a container of a Pod",
            "kubernetes:core/v1:Pod",
            spec("containers", [{ image: "a" }]),
            spec("containers", [{ image: "b" }]),
            "delete, then create",
        ],
        [
            "the name",
            "kubernetes:core/v1:Service",
            { metadata: { name: "a", namespace: "ns" } },
            { metadata: { name: "b", namespace: "ns" } },
            "create, then delete",
        ],
        [
            "the namespace",
            "kubernetes:core/v1:Service",
            { metadata: { name: "a", namespace: "n1" } },
            { metadata: { name: "a", namespace: "n2" } },
            "create, then delete",
        ],
        [
            "a label",
            "kubernetes:core/v1:Namespace",
            { metadata: { name: "a", labels: { l: "1" } } },
            { metadata: { name: "a", labels: { l: "2" } } },
            "update",
        ],
        [
            "a patched selector",
            "kubernetes:apps/v1:DeploymentPatch",
            spec("selector", { matchLabels: { a: "1" } }),
            spec("selector", { matchLabels: { a: "2" } }),
            "update",
        ],
    ];
    for (const [what, type, olds, news, expected] of cases) {
        it(`${what}: ${expected}`, () => assert.equal(outcome(type, olds, news), expected));
    }
});

describe("the content of Secrets and ConfigMaps", () => {
    const secretType = "kubernetes:core/v1:Secret";
    const mapType = "kubernetes:core/v1:ConfigMap";
    const [one, two] = [{ data: { a: "1" } }, { data: { a: "2" } }];

    it("replaces a named object, the old one first", () => {
        assert.equal(outcome(secretType, one, two), "delete, then create");
        assert.equal(outcome(mapType, one, two), "delete, then create");
        assert.equal(
            outcome(secretType, { stringData: { a: "1" } }, { stringData: { a: "2" } }),
            "delete, then create",
        );
    });

    it("replaces an auto-named object, the new one first", () => {
        assert.equal(outcome(mapType, { ...auto("x-1"), ...one }, { ...auto("x-1"), ...two }), "create, then delete");
    });

    it("changes in place where the provider says so", () => {
        assert.equal(outcome(secretType, one, two, { enableSecretMutable: "true" }), "update");
        assert.equal(outcome(mapType, one, two, { enableConfigMapMutable: "true" }), "update");
        assert.equal(outcome(mapType, one, two, { enableSecretMutable: "true" }), "delete, then create");
    });

    it("still replaces a Secret whose type changes, and what is immutable", () => {
        const typed = outcome(secretType, { type: "a" }, { type: "b" }, { enableSecretMutable: "true" });
        assert.equal(typed, "delete, then create");
        const immutable = [
            { ...one, immutable: true },
            { ...two, immutable: true },
        ];
        const still = outcome(mapType, immutable[0], immutable[1], { enableConfigMapMutable: "true" });
        assert.equal(still, "delete, then create");
    });

    it("shows where the change is, and that it replaces", () => {
        const settings = readSettings({});
        const { diff } = objectType(new Cluster({}), settings) as Required<ResourceType>;
        const complete = (inputs: Properties) => ({ apiVersion: "v1", kind: "Secret", metadata: meta, ...inputs });
        const asked = { name: "x", type: secretType, olds: complete(one), news: complete(two), state: {} };
        const leaf = toDiffResponse(diff(asked)).getDetaileddiffMap().get("data.a");
        assert.equal(leaf?.getKind(), 5); // UPDATE_REPLACE
    });
});

import * as assert from "node:assert/strict";
import { PrivateRegistry } from "../../../../components";
import { declare, resolved } from "../../mocks";
import { refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

/** The namespaces of all namespaced objects. */
const namespacesOf = (resources: Awaited<ReturnType<typeof registry>>) => [
    ...new Set(resources.all.map((resource) => resource.inputs.metadata?.namespace).filter(Boolean)),
];

describe("namespace", () => {
    it("is named after the component, at Pod Security level restricted", async () => {
        const { inputs } = (await registry()).one("Namespace", "registry-namespace");
        assert.equal(inputs.metadata.name, "registry");
        assert.equal(inputs.metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
        assert.equal(inputs.metadata.labels["pod-security.kubernetes.io/warn"], "restricted");
    });

    it("is separate from the node agents' namespace, which alone admits privileged pods", async () => {
        const r = await registry();
        const { inputs } = r.one("Namespace", "registry-node-namespace");
        assert.equal(inputs.metadata.name, "registry-node");
        assert.equal(inputs.metadata.labels["pod-security.kubernetes.io/enforce"], "privileged");
        assert.deepEqual(namespacesOf(r), ["registry", "registry-node"]);
        for (const daemonSet of r.every("DaemonSet"))
            assert.equal(daemonSet.inputs.metadata.namespace, "registry-node");
        assert.equal(r.one("Deployment").inputs.metadata.namespace, "registry");
    });

    it("has the given name, which all objects in it refer to", async () => {
        const r = await registry({ namespace: "images" });
        assert.deepEqual(namespacesOf(r), ["images", "images-node"]);
        assert.ok(r.one("CertRequest").inputs.dnsNames.includes("registry.images.svc.cluster.local"));
    });

    it("needs no node namespace when no node is configured", async () => {
        const r = await registry({ nodes: { enabled: false } });
        assert.equal(r.one("Namespace").name, "registry-namespace");
    });
});

describe("createNamespace", () => {
    it("uses the existing namespace when it is false", async () => {
        const r = await registry({ createNamespace: false, namespace: "infra" });
        assert.equal(r.one("Namespace").inputs.metadata.name, "infra-node");
        assert.deepEqual(namespacesOf(r), ["infra", "infra-node"]);
        assert.equal(r.one("PersistentVolumeClaim").protect, true);
    });

    it("creates the namespace when it is true", async () => {
        assert.equal((await registry({ createNamespace: true })).every("Namespace").length, 2);
    });
});

describe("clusterDomain", () => {
    it("is the suffix of the registry's default host", async () => {
        let component: PrivateRegistry | undefined;
        const r = await declare(() => {
            component = new PrivateRegistry("registry", { clusterDomain: "corp.internal" });
        });
        assert.equal(await resolved((component as PrivateRegistry).host), "registry.registry.svc.corp.internal");
        assert.ok(r.one("CertRequest").inputs.dnsNames.includes("registry.registry.svc.corp.internal"));
    });
});

refusesValues("namespace and createNamespace", [
    ["namespace", "My_Team", must.label(58)],
    ["namespace", "a".repeat(59), must.label(58)],
    ["createNamespace", "yes", must.boolean],
]);

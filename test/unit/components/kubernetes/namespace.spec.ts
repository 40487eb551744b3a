import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry } from "../../../../components";
import { declare, resolved } from "../../mocks";
import { refuses, refusesValues } from "../../refusals";
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

describe("nodeNamespace", () => {
    const shared = { namespace: "tools", createNamespace: false, storage: { hostPath: { path: "/srv/registry" } } };
    const namespacesOfAgents = (r: Awaited<ReturnType<typeof registry>>) => [
        ...new Set(r.every("DaemonSet").map(({ inputs }) => inputs.metadata.namespace)),
    ];

    it("separates the node agents of registries that share a namespace", async () => {
        for (const nodeNamespace of ["first-node", "second-node"]) {
            const r = await registry({ ...shared, nodeNamespace });
            assert.equal(r.one("Namespace").inputs.metadata.name, nodeNamespace);
            assert.deepEqual(namespacesOfAgents(r), [nodeNamespace]);
            assert.deepEqual(namespacesOf(r), ["tools", nodeNamespace]);
        }
    });

    it("can already exist, also the registry's own and for several registries", async () => {
        for (const nodeNamespace of ["kube-images", "tools"]) {
            const r = await registry({ ...shared, nodeNamespace, createNodeNamespace: false });
            assert.deepEqual(r.every("Namespace"), []);
            assert.deepEqual(namespacesOfAgents(r), [nodeNamespace]);
        }
    });

    it("can be an Output", async () => {
        const r = await registry({ nodeNamespace: pulumi.output("kube-images") });
        assert.deepEqual(namespacesOfAgents(r), ["kube-images"]);
    });
});

refusesValues("nodeNamespace", [["nodeNamespace", "Tools", must.label(63)]]);

refuses("nodeNamespace", {
    "the registry's namespace, unless the component creates neither": {
        of: { namespace: "tools", createNamespace: false, nodeNamespace: "tools" },
        says: [
            "nodeNamespace: is the registry's namespace, whose Pod Security level `restricted` rejects pods that write to nodes; name another namespace",
        ],
    },
    "the default of the registry's namespace": {
        of: { nodeNamespace: "registry", createNodeNamespace: false },
        says: [
            "nodeNamespace: is the registry's namespace, whose Pod Security level `restricted` rejects pods that write to nodes; name another namespace",
        ],
    },
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

import * as assert from "node:assert/strict";
import { PrivateRegistry, RegistryAccess } from "../../../../components";
import { declare, type Resources } from "../../mocks";

const marks = { labels: { team: "platform" }, annotations: { "example.com/owner": "platform" } };

/** Everything in the cluster that carries labels: all objects but patches of other people's, and all pods. */
const marked = (resources: Resources) => [
    ...resources.all
        .filter((r) => r.type.startsWith("kubernetes:") && !r.type.endsWith("Patch"))
        .map((r) => ({ name: r.name, metadata: r.inputs.metadata })),
    ...resources.pods,
];

describe("labels and annotations", () => {
    let resources: Resources;

    before(async () => {
        resources = await declare(
            () =>
                new PrivateRegistry("registry", {
                    ...marks,
                    storage: { hostPath: { path: "/srv/registry" } },
                    users: [{ name: "ci", generation: 2 }],
                    pullSecrets: { namespaces: ["default"], serviceAccounts: ["default"] },
                }),
        );
    });

    it("are those of every object and pod", () => {
        assert.ok(marked(resources).length >= 20);
        for (const { name, metadata } of marked(resources)) {
            assert.equal(metadata.labels?.team, "platform", name);
            assert.equal(metadata.annotations?.["example.com/owner"], "platform", name);
        }
    });

    it("stand beside the component's own", () => {
        for (const { name, metadata } of marked(resources)) {
            assert.equal(metadata.labels["app.kubernetes.io/name"], "private-registry", name);
            assert.equal(metadata.labels["app.kubernetes.io/managed-by"], "pulumi", name);
            assert.match(metadata.labels["app.kubernetes.io/instance"], /^registry(-access)?$/, name);
        }
    });

    it("cannot take the component's own away, which select the pods", async () => {
        const labels = { "app.kubernetes.io/instance": "mine", "pod-security.kubernetes.io/enforce": "privileged" };
        const r = await declare(() => new PrivateRegistry("registry", { labels }));
        assert.equal(r.pod.metadata.labels["app.kubernetes.io/instance"], "registry");
        const { metadata } = r.one("Namespace", "registry-namespace").inputs;
        assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
    });

    it("are in no selector, which could never change", () => {
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

    it("are those of every object of RegistryAccess", async () => {
        const r = await declare(
            () =>
                new RegistryAccess("access", {
                    host: "registry.example.com",
                    dockerConfigJson: '{"auths":{}}',
                    caCertPem: "-----BEGIN CERTIFICATE-----\n",
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

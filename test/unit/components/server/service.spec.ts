import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { PrivateRegistryArgs } from "../../../../components";
import { resolved } from "../../mocks";
import { refuses, refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";
import { warningsOf } from "../../warnings";

const service = async (args?: PrivateRegistryArgs) => (await registry(args)).one("Service", "registry-service").inputs;
const metrics = async (args?: PrivateRegistryArgs) =>
    (await registry(args)).one("Service", "registry-metrics-service").inputs;

describe("the Service", () => {
    it("routes port 443 to the registry's pods, inside the cluster", async () => {
        const r = await registry();
        const { spec, metadata } = r.one("Service", "registry-service").inputs;
        assert.equal(metadata.name, "registry");
        assert.equal(spec.type, "ClusterIP");
        assert.deepEqual(spec.ports, [{ name: "https", port: 443, targetPort: 5000 }]);
        assert.deepEqual(spec.selector, r.one("Deployment").inputs.spec.selector.matchLabels);
        const labels = r.pod.metadata.labels;
        for (const [key, value] of Object.entries(spec.selector)) assert.equal(labels[key], value);
    });

    it("is not awaited, because the pods need a certificate with its IP first", async () => {
        assert.equal((await service()).metadata.annotations["pulumi.com/skipAwait"], "true");
        assert.equal((await metrics()).metadata.annotations["pulumi.com/skipAwait"], "true");
    });

    it("exposes metrics and health on a separate ClusterIP Service", async () => {
        for (const args of [{}, { expose: { nodePort: {} } }]) {
            const { spec, metadata } = await metrics(args);
            assert.equal(metadata.name, "registry-metrics");
            assert.equal(spec.type, "ClusterIP");
            assert.deepEqual(spec.ports, [{ name: "metrics", port: 5001, targetPort: 5001 }]);
        }
    });
});

describe("serviceName", () => {
    it("names the Services, the claim, the users' Secret and the default host", async () => {
        const r = await registry({ serviceName: "images" });
        assert.equal(r.one("Service", "registry-service").inputs.metadata.name, "images");
        assert.equal(r.one("Service", "registry-metrics-service").inputs.metadata.name, "images-metrics");
        assert.equal(r.one("PersistentVolumeClaim").inputs.metadata.name, "images");
        assert.equal(r.one("Secret", "registry-htpasswd").inputs.metadata.name, "images-htpasswd");
        assert.ok(r.one("CertRequest").inputs.dnsNames.includes("images.registry.svc.cluster.local"));
    });
});

describe("expose.nodePort", () => {
    it("opens a NodePort that Kubernetes chooses", async () => {
        const { spec } = await service({ expose: { nodePort: {} } });
        assert.equal(spec.type, "NodePort");
        assert.deepEqual(spec.ports, [{ name: "https", port: 443, targetPort: 5000 }]);
    });

    it("opens the given NodePort, a plain value or an Output", async () => {
        for (const port of [30443, pulumi.output(30443)]) {
            const { spec } = await service({ expose: { nodePort: { port } } });
            assert.equal(spec.ports[0].nodePort, 30443);
        }
    });
});

describe("a NodePort outside of Kubernetes' default range", () => {
    const warningsWith = (port: pulumi.Input<number>) =>
        warningsOf(async () => {
            const { spec } = await service({ expose: { nodePort: { port } } });
            assert.equal(spec.ports[0].nodePort, await resolved(pulumi.output(port)));
        });

    for (const port of [443, 5000, 29999, 32768, pulumi.output(80)]) {
        it(`is used, with a warning: ${typeof port === "number" ? port : "an Output"}`, async () => {
            const [warning, ...others] = await warningsWith(port);
            assert.match(warning, /^expose\.nodePort\.port: \d+ is outside of 30000 to 32767, the default range/);
            assert.deepEqual(others, []);
        });
    }

    for (const port of [30000, 32767]) {
        it(`includes neither end: ${port}`, async () => assert.deepEqual(await warningsWith(port), []));
    }
});

refusesValues("expose.nodePort and expose.loadBalancer", [
    ["expose.nodePort.port", 65536, "must be an integer from 1 to 65535"],
    ["expose.loadBalancer.address", "registry.example.com", "must be an IP address"],
    ["expose.loadBalancer.className", "my class", must.labelKey],
    ["expose.loadBalancer.className", "a/b/c", must.labelKey],
    ["expose.loadBalancer.sourceRanges[0]", "10.0.0.0", must.range],
    ["expose.loadBalancer.sourceRanges[0]", "10.0.0.0/33", must.range],
]);

refuses("expose.nodePort and expose.loadBalancer", {
    "both for one Service": {
        of: { expose: { nodePort: {}, loadBalancer: {} } },
        says: ["expose.nodePort: cannot be combined with loadBalancer, which opens a NodePort as well; keep one"],
    },
});

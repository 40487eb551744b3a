import * as assert from "node:assert/strict";
import { builtInEndpoint, kindOf, pathOf } from "../../../../../sandbox/plugins/kubernetes/kinds";

describe("kinds", () => {
    const path = (apiVersion: string, kind: string, namespace?: string, name?: string) => {
        const endpoint = builtInEndpoint({ apiVersion, kind });
        assert.ok(endpoint);
        return pathOf({ apiVersion, kind }, endpoint, namespace, name);
    };

    it("have their paths without asking the server", () => {
        assert.equal(path("v1", "Secret", "ns", "a"), "/api/v1/namespaces/ns/secrets/a");
        assert.equal(path("v1", "Endpoints", "ns"), "/api/v1/namespaces/ns/endpoints");
        assert.equal(path("v1", "Namespace", undefined, "a"), "/api/v1/namespaces/a");
        const policies = "/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies/a";
        assert.equal(path("networking.k8s.io/v1", "NetworkPolicy", "ns", "a"), policies);
        assert.equal(
            path("networking.k8s.io/v1", "IngressClass", undefined, "a"),
            "/apis/networking.k8s.io/v1/ingressclasses/a",
        );
        assert.equal(
            path("storage.k8s.io/v1", "StorageClass", undefined, "a"),
            "/apis/storage.k8s.io/v1/storageclasses/a",
        );
    });

    it("of other groups are the cluster's to know", () => {
        assert.equal(builtInEndpoint({ apiVersion: "cert-manager.io/v1", kind: "Certificate" }), undefined);
        assert.equal(builtInEndpoint({ apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway" }), undefined);
    });

    it("are read from the type, or from the inputs of a custom resource", () => {
        const read = (token: string, inputs = {}) => kindOf(token, inputs);
        assert.deepEqual(read("kubernetes:core/v1:Secret"), { apiVersion: "v1", kind: "Secret", isPatch: false });
        assert.deepEqual(read("kubernetes:apps/v1:DeploymentPatch"), {
            apiVersion: "apps/v1",
            kind: "Deployment",
            isPatch: true,
        });
        const custom = { apiVersion: "example.com/v1", kind: "Patch" };
        assert.deepEqual(read("kubernetes:example.com/v1:Patch", custom), { ...custom, isPatch: false });
        assert.deepEqual(read("kubernetes:example.com/v1:PatchPatch", custom), { ...custom, isPatch: true });
    });
});

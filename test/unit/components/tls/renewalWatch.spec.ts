import * as assert from "node:assert/strict";
import { IngressController } from "../../../../components";
import { registry } from "../../registry";

const tls = { existingSecret: { name: "team" } };

describe("the watch for a certificate that is renewed outside Pulumi", () => {
    it("is not deployed if Pulumi renews the certificate, or with plainBackend", async () => {
        for (const args of [
            {},
            {
                tls: { ...tls, plainBackend: true },
                host: "a.example.com",
                expose: { ingress: { controller: IngressController.Other } },
            },
        ]) {
            assert.deepEqual((await registry(args)).named("registry-certificate-watch"), []);
        }
    });

    it("can patch the registry's Deployment and nothing else", async () => {
        const r = await registry({ tls });
        assert.deepEqual(r.one("Role", "registry-certificate-watch-role").inputs.rules, [
            {
                apiGroups: ["apps"],
                resources: ["deployments"],
                resourceNames: ["registry-deployment"],
                verbs: ["patch"],
            },
        ]);
        const { spec } = r.one("Deployment", "registry-certificate-watch").inputs.spec.template;
        assert.equal(spec.serviceAccountName, "registry-certificate-watch-account");
        const env = Object.fromEntries(
            spec.containers[0].env.map((e: { name: string; value: string }) => [e.name, e.value]),
        );
        assert.deepEqual(env, {
            SERVICE: "registry.registry.svc:443",
            DEPLOYMENT: "/apis/apps/v1/namespaces/registry/deployments/registry-deployment",
        });
    });

    it("mounts the certificate without its key", async () => {
        const { spec } = (await registry({ tls })).one("Deployment", "registry-certificate-watch").inputs.spec.template;
        const volume = spec.volumes.find((v: { name: string }) => v.name === "certificate");
        assert.equal(volume.secret.secretName, "team");
        assert.deepEqual(volume.secret.items, [{ key: "tls.crt", path: "tls.crt" }]);
    });

    it("has no automatic token, and the registry's pod has none at all", async () => {
        const r = await registry({ tls });
        const { spec } = r.one("Deployment", "registry-certificate-watch").inputs.spec.template;
        assert.equal(spec.automountServiceAccountToken, false);
        const server = r.one("Deployment", "registry-deployment").inputs.spec.template.spec;
        assert.equal(JSON.stringify(server).includes("serviceAccountToken"), false);
    });
});

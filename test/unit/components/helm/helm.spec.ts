import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { IngressController, PrivateRegistry, type PrivateRegistryArgs } from "../../../../components";
import { type Any, chartRegistry, s3, values } from "../../chart";
import { declare } from "../../mocks";

describe("helm", () => {
    it("deploys a release of the twuni chart instead of the Deployment", async () => {
        const r = await chartRegistry();
        const { name, namespace, chart, version, repositoryOpts } = r.one("Release").inputs;
        assert.deepEqual(
            { name, namespace, chart, version, repositoryOpts },
            {
                name: "registry",
                namespace: "registry",
                chart: "docker-registry",
                version: "3.0.0",
                repositoryOpts: { repo: "https://helm.twun.io" },
            },
        );
        assert.deepEqual(r.every("Deployment"), []);
        assert.equal(r.named("registry-config").length, 0);
    });

    it("has the same outputs", async () => {
        const outputs = (args: PrivateRegistryArgs) =>
            new Promise<Any>((resolve) => {
                declare(() => {
                    const { host, url, namespaceName, serviceName, deploymentName, username } = new PrivateRegistry(
                        "registry",
                        args,
                    );
                    pulumi
                        .output({ host, url, namespaceName, serviceName, deploymentName, username })
                        .apply((known) => resolve(known));
                });
            });
        assert.deepEqual(await outputs({ helm: {} }), { ...(await outputs({})), deploymentName: "registry-chart" });
    });

    it("writes no value that the chart does not read", async () => {
        const schema = JSON.parse(
            readFileSync(path.join(__dirname, "../../../charts/docker-registry/values.schema.json"), "utf8"),
        );
        const unknown = (value: Any, known: Any, at: string): string[] =>
            known.properties === undefined
                ? []
                : Object.entries(value).flatMap(([key, inner]) =>
                      key in known.properties
                          ? unknown(inner, known.properties[key], `${at}.${key}`)
                          : [`${at}.${key}`],
                  );
        for (const args of [{}, { storage: s3 }]) assert.deepEqual(unknown(await values(args), schema, "values"), []);
        assert.deepEqual(unknown({ image: { digest: "x" } }, schema, "values"), ["values.image.digest"]);
    });
});

describe("what outlives the Helm release, and what its pods need", () => {
    const endsWith = (name: string) => (urn: string) => urn.endsWith(`::${name}`);

    it("is created before it, not by it", async () => {
        const r = await chartRegistry();
        const { dependencies } = r.one("Release");
        for (const name of ["registry-htpasswd", "registry-claim"]) {
            assert.ok(dependencies.some(endsWith(name)), `the release does not wait for ${name}`);
        }
        const { persistence, tlsSecretName, serviceAccount } = r.one("Release").inputs.values;
        assert.deepEqual(persistence, { enabled: true, existingClaim: "registry" });
        assert.equal(tlsSecretName, r.objectName("Secret", "registry-tls"));
        assert.deepEqual(serviceAccount, { create: false, name: "registry-account" });
        assert.equal(r.one("ServiceAccount", "registry-account").inputs.automountServiceAccountToken, false);
        assert.equal(r.one("PersistentVolumeClaim").protect, true);
    });

    it("matches the selectors of the component's Services, whose names differ from the chart's", async () => {
        const r = await chartRegistry();
        const { selector } = r.one("Service", "registry-service").inputs.spec;
        const { podLabels, service, fullnameOverride } = r.one("Release").inputs.values;
        assert.deepEqual({ ...podLabels, ...selector }, podLabels);
        assert.deepEqual(service, { type: "ClusterIP" });
        assert.equal(fullnameOverride, "registry-chart");
    });

    it("includes the certificate watch and the rotation gate", async () => {
        const r = await chartRegistry({
            tls: { existingSecret: { name: "team" } },
            users: [{ name: "ci", generation: 2 }],
        });
        const { rules } = r.one("Role", "registry-certificate-watch-role").inputs;
        assert.deepEqual(rules[0].resourceNames, ["registry-chart"]);
        assert.ok(r.one("Job", "registry-credentials-accepted").dependencies.some(endsWith("registry-release")));
    });

    it("is reached by an Ingress over plain HTTP with plainBackend", async () => {
        const found = await values({
            tls: { plainBackend: true },
            host: "a.example.com",
            expose: { ingress: { controller: IngressController.Other } },
        });
        assert.equal("tlsSecretName" in found, false);
        assert.equal(found.configData.http.tls, undefined);
    });
});

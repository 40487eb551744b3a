import * as assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { IngressController, IssuerKind } from "../../../components";
import { withCertManager } from "../certManager";
import {
    inSandbox,
    kubectl,
    loginOf,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    secondsOf,
    servedCertificate,
    stepwise,
    until,
    writeStatus,
} from "../harness";
import { describePulls, pullDuring } from "../pullLoop";

describe("tls.certManager", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("certmanager-team");
    withCertManager();
    const registry = new RegistryStack("certmanager", {
        namespace: "certmanager",
        tls: { certManager: {} },
        storage: { volume: { deleteWithStack: true } },
        pullSecrets: { namespaces: ["certmanager-team"], name: "certmanager" },
    });
    after(() => registry.remove());

    const issuerName = () =>
        kubectl(
            "get certificates.cert-manager.io --namespace certmanager --output jsonpath={.items[0].spec.issuerRef.name}",
        );

    /** Requests an early renewal, like `cmctl renew`. */
    async function renew(): Promise<void> {
        const [certificate] = JSON.parse(
            await kubectl("get certificates.cert-manager.io --namespace certmanager --output json"),
        ).items;
        const issuing = {
            type: "Issuing",
            status: "True",
            reason: "ManuallyTriggered",
            message: "by the test",
            observedGeneration: certificate.metadata.generation,
            lastTransitionTime: new Date().toISOString(),
        };
        const conditions = [...certificate.status.conditions, issuing];
        await writeStatus("certmanager", `certificates.cert-manager.io/${certificate.metadata.name}`, { conditions });
    }

    it("serves a certificate from an Issuer with the component's CA, which nodes trust at the Service's address", async () => {
        await registry.up();
        await registry.expectNoChange();
        const served = new X509Certificate(await servedCertificate(registry.outputs.clusterIp));
        const [authority] = registry.outputs.caCertPem.split(/(?<=-----END CERTIFICATE-----\n)/);
        assert.ok(served.verify(new X509Certificate(authority).publicKey));
        assert.ok(served.checkIP(registry.outputs.clusterIp));
        const image = await pushImage(registry);
        await pullByKubelet(`${registry.outputs.host}/${image}`, "certmanager-team", "certmanager");
    });

    it("serves a certificate that cert-manager renews automatically, and no pull fails", async () => {
        const old = await servedCertificate(registry.outputs.clusterIp);
        const image = await pushImage(registry);
        let seconds = 0;
        const seen = await pullDuring(registry.outputs, image, loginOf(registry.outputs.dockerConfigJson), async () => {
            await renew();
            const isServed = async () => !["", old].includes(await servedCertificate(registry.outputs.clusterIp));
            seconds = await secondsOf(() => until("the renewed certificate", 240, isServed));
            const { deploymentName } = registry.outputs;
            await kubectl(`rollout status deployment/${deploymentName} --namespace certmanager --timeout=120s`);
        });
        console.log(
            `${describePulls("renewed by cert-manager", seen)}; served ${seconds.toFixed(0)} s after the start`,
        );
        assert.ok(seen.pulls > 10, "the loop ran");
        assert.deepEqual(seen.failures, []);
        await registry.expectNoChange();
    });

    it("has a separate certificate for an Ingress, from a Certificate or from the Ingress's annotations", async () => {
        const host = "registry.example.com";
        const issuer = {
            apiVersion: "cert-manager.io/v1",
            kind: "Issuer",
            metadata: { name: "team", namespace: "certmanager" },
            spec: { selfSigned: {} },
        };
        await kubectl("apply --filename -", JSON.stringify(issuer));
        const isFor = async (secret: string) => {
            const data = await kubectl(
                `get secret ${secret} --namespace certmanager --ignore-not-found --output jsonpath={.data.tls\\.crt}`,
            );
            return data !== "" && new X509Certificate(Buffer.from(data, "base64")).checkHost(host) === host;
        };
        const { args } = registry;
        const ingress = { controller: IngressController.Other };

        const byCertificate = { certManager: { issuer: { name: "team", kind: IssuerKind.Issuer } } };
        registry.args = { ...args, host, expose: { ingress: { ...ingress, certificate: byCertificate } } };
        await registry.up();
        await registry.expectNoChange();
        const [rule] = JSON.parse(await kubectl("get ingress --namespace certmanager --output json")).items[0].spec.tls;
        await until("the Certificate's Secret", 60, () => isFor(rule.secretName));

        const annotations = { "cert-manager.io/issuer": "team" };
        registry.args = { ...args, host, expose: { ingress: { ...ingress, annotations } } };
        await registry.up();
        await until("the annotated Ingress's Secret", 60, () => isFor("registry-ingress-tls"));
        const served = new X509Certificate(await servedCertificate(registry.outputs.clusterIp));
        const [authority] = registry.outputs.caCertPem.split(/(?<=-----END CERTIFICATE-----\n)/);
        assert.ok(served.verify(new X509Certificate(authority).publicKey), "the pods keep their certificate");
        const issuedBy = "--output jsonpath={.metadata.annotations.cert-manager\\.io/issuer-name}";
        assert.notEqual(await kubectl(`get secret registry-tls --namespace certmanager ${issuedBy}`), "team");
        assert.equal(await kubectl(`get secret registry-ingress-tls --namespace certmanager ${issuedBy}`), "team");
        await registry.expectNoChange();
        registry.args = args;
    });

    it("has another Issuer for another CA", async () => {
        const before = await issuerName();
        registry.args.tls = { certManager: { authorityGeneration: 2 } };
        await registry.up();
        await registry.expectNoChange();
        assert.notEqual(await issuerName(), before);
    });
});

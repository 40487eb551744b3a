import * as assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { withCertManager } from "../certManager";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    servedCertificate,
} from "../harness";

describe("tls.certManager", function () {
    this.bail(true); // each step goes on from the one before
    inSandbox();
    namespaceOfPods("certmanager-team");
    withCertManager("certmanager");
    const registry = new RegistryStack("certmanager", {
        namespace: "certmanager",
        tls: { certManager: {} },
        storage: { memory: {} },
        pullSecrets: { namespaces: ["certmanager-team"], name: "certmanager" },
    });
    after(() => registry.remove());

    const issuerName = () =>
        kubectl(
            "get certificates.cert-manager.io --namespace certmanager --output jsonpath={.items[0].spec.issuerRef.name}",
        );

    it("serves what an Issuer of the component's authority issued, which nodes trust at the Service's address", async () => {
        await registry.up();
        await registry.expectNoChange();
        const served = new X509Certificate(await servedCertificate(registry.outputs.clusterIp));
        const [authority] = registry.outputs.caCertPem.split(/(?<=-----END CERTIFICATE-----\n)/);
        assert.ok(served.verify(new X509Certificate(authority).publicKey));
        assert.ok(served.checkIP(registry.outputs.clusterIp));
        const image = await pushImage(registry);
        await pullByKubelet(`${registry.outputs.host}/${image}`, "certmanager-team", "certmanager");
    });

    it("has another Issuer for another authority", async () => {
        const before = await issuerName();
        registry.args.tls = { certManager: { authorityGeneration: 2 } };
        await registry.up();
        await registry.expectNoChange();
        assert.notEqual(await issuerName(), before);
    });
});

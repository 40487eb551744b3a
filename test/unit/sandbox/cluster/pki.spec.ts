import * as assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createAuthority, issue, type KeyPair } from "../../../../sandbox/cluster/pki";

describe("the sandbox's certificates", () => {
    let authority: KeyPair;
    before(async () => {
        authority = await createAuthority("test authority");
    });

    it("are issued by a CA that can issue only leaf certificates", () => {
        const certificate = new X509Certificate(authority.certificate);
        assert.ok(certificate.ca);
        assert.equal(certificate.subject, "CN=test authority");
        assert.ok(certificate.checkPrivateKey(createPrivateKey(authority.key)));
    });

    it("identify a client by user and group", async () => {
        const pair = await issue(authority, { commonName: "system:node:node1", organization: "system:nodes" });
        const certificate = new X509Certificate(pair.certificate);
        assert.equal(certificate.subject, "CN=system:node:node1\nO=system:nodes");
        assert.ok(certificate.verify(new X509Certificate(authority.certificate).publicKey));
        assert.ok(certificate.checkPrivateKey(createPrivateKey(pair.key)));
        assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.2"], "a client only");
        assert.equal(certificate.ca, false);
    });

    it("contain every name and address of a server", async () => {
        const serverNames = { dns: ["kubernetes", "kubernetes.default.svc"], ip: ["10.96.0.1", "10.77.1.2"] };
        const certificate = new X509Certificate((await issue(authority, { commonName: "s", serverNames })).certificate);
        assert.equal(
            certificate.subjectAltName,
            "DNS:kubernetes, DNS:kubernetes.default.svc, IP Address:10.96.0.1, IP Address:10.77.1.2",
        );
        assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1"], "a server only");
    });

    it("are valid for years, so that a sandbox can be started again later", async () => {
        const { certificate } = await issue(authority, { commonName: "late" });
        const years = (Date.parse(new X509Certificate(certificate).validTo) - Date.now()) / (365 * 24 * 3600 * 1000);
        assert.ok(years > 9, `${years} years`);
    });
});

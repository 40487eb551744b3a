import "reflect-metadata";
import * as assert from "node:assert/strict";
import * as x509 from "@peculiar/x509";
import { authorityFault, servingFaults } from "../../../../../components/arguments/formats/servingCertificate";
import { caCertificate } from "../../../authority";
import { type Issued, issueAuthority, issueCertificate, type Wanted } from "../../../issuedCertificates";

const host = "registry.example.com";

describe("servingFaults", () => {
    let root: Issued;
    let intermediate: Issued;
    let leaf: Issued;
    const server = (wanted: Wanted = {}) => issueCertificate({ dns: [host], issuer: intermediate, ...wanted });
    const faults = (chain: readonly Issued[], more: object = {}) =>
        servingFaults({ certificate: chain.map(({ pem }) => pem).join(""), hosts: [host], ...more }).map(
            ({ field, reason }) => `${field} ${reason}`,
        );
    before(async () => {
        root = await issueAuthority("root");
        intermediate = await issueAuthority("intermediate", { issuer: root });
        leaf = await server();
    });

    it("is empty for a chain with its key, its CA and hosts with ports", () => {
        const given = { key: leaf.key, caCertPem: root.pem, hosts: [host, `${host}:8443`] };
        assert.deepEqual(faults([leaf, intermediate], given), []);
        assert.deepEqual(faults([leaf, intermediate]), []);
    });

    it("says that the common name does not count", async () => {
        assert.deepEqual(faults([await server({ name: host, dns: undefined })]), [
            "certificate has no subject alternative names, and clients ignore its common name; issue it for registry.example.com as subject alternative names",
        ]);
    });

    it("names each host that it does not cover, and the names that it covers", async () => {
        const other = await server({ dns: ["*.example.org"], ip: ["10.0.0.9"] });
        const names = "DNS:*.example.org, IP Address:10.0.0.9; use one that covers all hosts";
        assert.deepEqual(faults([other], { hosts: [host, "a.example.org:5000", "10.0.0.8"] }), [
            `certificate is not valid for registry.example.com but for ${names}`,
            `certificate is not valid for 10.0.0.8 but for ${names}`,
        ]);
    });

    it("says since when or from when it is not valid", async () => {
        const [expired] = faults([await server({ from: -9, until: -3 })]);
        assert.match(expired, /^certificate expired on 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ; set one that is valid now$/);
        const [early] = faults([await server({ from: 3, until: 9 })]);
        assert.match(
            early,
            /^certificate is not valid before 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ; set one that is valid now$/,
        );
        const [old] = faults([
            leaf,
            await issueAuthority("intermediate", { issuer: root, keys: intermediate.keys, from: -9, until: -3 }),
        ]);
        assert.match(
            old,
            /^certificate has certificate 2 of 2 \(CN=intermediate\), which expired on 20.*; let the CA issue it again$/,
        );
    });

    it("reports every problem of the certificate at once", async () => {
        const wrong = await server({
            dns: ["a.example"],
            uses: [x509.ExtendedKeyUsage.clientAuth],
            from: -9,
            until: -3,
        });
        const found = faults([wrong], { key: leaf.key, caCertPem: caCertificate });
        assert.equal(found.length, 5, found.join("\n"));
        assert.ok(
            found.includes("key does not match the certificate; set the key that the certificate was issued for"),
        );
        assert.ok(
            found.includes(
                "certificate is not for server authentication; issue it with the extended key usage serverAuth, or without any",
            ),
        );
    });

    it("names certificates that are not in order", async () => {
        assert.deepEqual(faults([intermediate, leaf], { key: leaf.key }), [
            "certificate does not begin with the certificate of the key; put it first, and then each certificate that signs the previous one",
        ]);
        assert.deepEqual(faults([intermediate, leaf]), [
            "certificate begins with a CA certificate; put the server's certificate first, and then each certificate that signs the previous one",
        ]);
        const order = "put the server's certificate first, and then each certificate that signs the previous one";
        assert.deepEqual(faults([leaf, root]), [
            `certificate is not a chain: certificate 2 of 2 (CN=root) did not sign certificate 1 of 2 (CN=registry); ${order}`,
        ]);
    });

    it("says which CA is missing", () => {
        const advice =
            "set the CA that signed the certificate, and add missing intermediate certificates to the certificate";
        assert.deepEqual(faults([leaf], { caCertPem: root.pem }), [
            `caCertPem did not sign the certificate, whose issuer is CN=intermediate; ${advice}`,
        ]);
        assert.deepEqual(faults([leaf, intermediate], { caCertPem: caCertificate }), [
            `caCertPem did not sign the certificate, whose issuer is CN=root; ${advice}`,
        ]);
    });

    it("names weak signatures and CAs that are none", async () => {
        assert.deepEqual(faults([await server({ hash: "SHA-1" }), intermediate], { caCertPem: root.pem }), [
            "certificate has certificate 1 of 2 (CN=registry), which is signed with SHA-1, which clients reject; let the CA issue it again",
        ]);
        const none = await issueCertificate({ name: "none", issuer: root });
        for (const more of [{}, { caCertPem: root.pem }]) {
            assert.deepEqual(faults([await server({ issuer: none }), none], more), [
                "certificate has certificate 2 of 2 (CN=none), which is not a CA certificate (basic constraints); let the CA issue it again",
            ]);
        }
    });
});

describe("authorityFault", () => {
    it("is empty if one of the certificates can be used", async () => {
        const old = await issueAuthority("old", { from: -9, until: -3 });
        const server = await issueCertificate({ dns: [host] });
        for (const pem of [caCertificate, old.pem + caCertificate, server.pem])
            assert.equal(authorityFault(pem), undefined);
    });

    it("says why none can be used", async () => {
        const old = await issueAuthority("old", { from: -9, until: -3 });
        const none = await issueCertificate({ name: "none" });
        assert.match(authorityFault(old.pem) ?? "", /^expired on 20.*Z; set a CA certificate that is valid now$/);
        assert.match(
            authorityFault(old.pem + none.pem) ?? "",
            /^has certificate 1 of 2 \(CN=old\), which expired on 20.*Z, and no other that can be used; set a CA certificate/,
        );
        assert.match(
            authorityFault(none.pem) ?? "",
            /^is not a CA certificate \(basic constraints and key usage\); set/,
        );
    });
});

import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import type { CreateRequest, DiffRequest, ResourceType } from "../../../../../sandbox/plugins/resourceType";
import {
    certRequest,
    isDueForRenewal,
    locallySignedCert,
    selfSignedCert,
} from "../../../../../sandbox/plugins/tls/certificates";
import { privateKey } from "../../../../../sandbox/plugins/tls/privateKey";
import type { Properties } from "../../../../../sandbox/plugins/values";
import { toDiffResponse } from "../../../../../sandbox/plugins/wire";

const request = { name: "x", type: "x", preview: false, timeoutSeconds: 0 };

async function make(type: ResourceType, news: Properties) {
    return (await type.create({ ...request, news } as CreateRequest)) as { id: string; state: Record<string, string> };
}

const newKey = async (inputs: Properties) => (await make(privateKey, inputs)).state.privateKeyPem;

const hour = 3_600_000;

for (const inputs of [
    { algorithm: "ECDSA", ecdsaCurve: "P256" },
    { algorithm: "ECDSA", ecdsaCurve: "P384" },
    { algorithm: "ECDSA", ecdsaCurve: "P521" },
    { algorithm: "RSA" },
    { algorithm: "ED25519" },
]) {
    describe(`certificates with ${Object.values(inputs).join(" ")} keys`, () => {
        let ca: crypto.X509Certificate;
        let leaf: crypto.X509Certificate;
        let leafKeyPem: string;
        let serial: string;

        before(async () => {
            const caKeyPem = await newKey(inputs);
            leafKeyPem = await newKey(inputs);
            const caCert = await make(selfSignedCert, {
                privateKeyPem: caKeyPem,
                subject: { commonName: "test CA", organization: "us" },
                isCaCertificate: true,
                validityPeriodHours: 48,
                allowedUses: ["cert_signing", "crl_signing"],
            });
            const csr = await make(certRequest, {
                privateKeyPem: leafKeyPem,
                subject: { commonName: "registry" },
                dnsNames: ["registry.example.com", "localhost"],
                ipAddresses: ["10.96.0.7", "::1"],
                uris: ["spiffe://cluster/registry"],
            });
            const signed = await make(locallySignedCert, {
                certRequestPem: csr.state.certRequestPem,
                caPrivateKeyPem: caKeyPem,
                caCertPem: caCert.state.certPem,
                validityPeriodHours: 24,
                allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
            });
            ca = new crypto.X509Certificate(caCert.state.certPem);
            leaf = new crypto.X509Certificate(signed.state.certPem);
            serial = signed.id;
        });

        it("form a chain", () => {
            assert.ok(ca.verify(ca.publicKey));
            assert.ok(leaf.verify(ca.publicKey));
            assert.ok(leaf.checkIssued(ca));
            assert.ok(ca.ca);
            assert.ok(!leaf.ca);
            assert.ok(leaf.checkPrivateKey(crypto.createPrivateKey(leafKeyPem)));
        });

        it("hold the names that were asked for", () => {
            assert.equal(leaf.checkHost("registry.example.com"), "registry.example.com");
            assert.equal(leaf.checkIP("10.96.0.7"), "10.96.0.7");
            assert.match(leaf.subjectAltName ?? "", /URI:spiffe:\/\/cluster\/registry/);
            assert.equal(ca.subject, "O=us\nCN=test CA");
            assert.equal(leaf.subject, "CN=registry");
        });

        it("are valid from now for the time and uses that were asked for", () => {
            assert.ok(Math.abs(Date.parse(leaf.validFrom) - Date.now()) < 60_000);
            assert.equal(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom), 24 * hour);
            assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
            assert.equal(BigInt(`0x${leaf.serialNumber}`).toString(), serial);
        });
    });
}

describe("a private key", () => {
    it("comes in every form, all of the same key", async () => {
        const { state } = await make(privateKey, { algorithm: "RSA", rsaBits: 2048 });
        assert.match(state.privateKeyPem, /^-----BEGIN RSA PRIVATE KEY-----/);
        assert.match(state.privateKeyPemPkcs8, /^-----BEGIN PRIVATE KEY-----/);
        assert.match(state.privateKeyOpenssh, /^-----BEGIN OPENSSH PRIVATE KEY-----/);
        const spki = (pem: string) => crypto.createPublicKey(pem).export({ type: "spki", format: "pem" });
        assert.equal(spki(state.privateKeyPem), state.publicKeyPem);
        assert.equal(spki(state.privateKeyPemPkcs8), state.publicKeyPem);
        assert.match(state.publicKeyOpenssh, /^ssh-rsa [A-Za-z0-9+/=]+\n$/);
        assert.match(state.publicKeyFingerprintMd5, /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    });

    it("is refused with unknown parameters", () => {
        const check = (news: Properties) => {
            const checked = privateKey.check?.({ ...request, news, olds: {}, seed: new Uint8Array() });
            return (checked as { failures: { reason: string }[] }).failures.map(({ reason }) => reason);
        };
        assert.match(check({ algorithm: "DSA" })[0], /one of RSA, ECDSA, ED25519, got "DSA"/);
        assert.match(check({ algorithm: "ECDSA", ecdsaCurve: "P-256" })[0], /one of P224, P256, P384, P521/);
        assert.match(check({ algorithm: "RSA", rsaBits: 12 })[0], /at least 512/);
        assert.deepEqual(check({ algorithm: "ECDSA", ecdsaCurve: "P256" }), []);
    });

    it("on the curve P224 exists, but signs nothing here", async () => {
        const { state } = await make(privateKey, { algorithm: "ECDSA" });
        assert.equal(state.publicKeyOpenssh, "");
        const inputs = { privateKeyPem: state.privateKeyPem, validityPeriodHours: 1, allowedUses: [] };
        await assert.rejects(make(selfSignedCert, inputs), /P256, P384 and P521 only/);
    });
});

describe("the life of a certificate", () => {
    const inputs = {
        privateKeyPem: "key",
        validityPeriodHours: 24,
        earlyRenewalHours: 2,
        dnsNames: ["a"],
        allowedUses: ["server_auth"],
    };
    const endsIn = (hours: number) => ({ validityEndTime: new Date(Date.now() + hours * hour).toISOString() });

    function replaces(news: Properties, state: Properties = endsIn(24)): string[] | "update" | "nothing" {
        const asked = { name: "x", type: "x", olds: inputs, news, state } as DiffRequest;
        const response = toDiffResponse((selfSignedCert as Required<ResourceType>).diff(asked));
        if (response.getDiffsList().length === 0) return "nothing";
        return response.getReplacesList().length > 0 ? response.getReplacesList() : "update";
    }

    it("goes on without changes", () => assert.equal(replaces(inputs), "nothing"));

    it("goes on when only the time of its renewal changes", () => {
        assert.equal(replaces({ ...inputs, earlyRenewalHours: 3 }), "update");
    });

    it("ends with any change of what it says", () => {
        assert.deepEqual(replaces({ ...inputs, dnsNames: ["a", "b"] }), ["dnsNames"]);
        assert.deepEqual(replaces({ ...inputs, privateKeyPem: "other" }), ["privateKeyPem"]);
        assert.deepEqual(replaces({ ...inputs, subject: { commonName: "a" } }), ["subject"]);
        assert.deepEqual(replaces({ ...inputs, allowedUses: ["client_auth"] }), ["allowedUses"]);
    });

    it("ends in its last hours", () => {
        assert.deepEqual(replaces(inputs, endsIn(1)), ["readyForRenewal"]);
        assert.equal(replaces(inputs, endsIn(3)), "nothing");
        assert.ok(isDueForRenewal(endsIn(-1).validityEndTime, 0));
        assert.ok(!isDueForRenewal(undefined, 5));
    });

    it("is a whole number of hours, and its uses are known ones", () => {
        const news = { ...inputs, validityPeriodHours: 1.5, allowedUses: ["serverAuth"] };
        const checked = selfSignedCert.check?.({ ...request, news, olds: {}, seed: new Uint8Array() });
        const reasons = (checked as { failures: { reason: string }[] }).failures.map(({ reason }) => reason);
        assert.deepEqual(reasons, [
            "serverAuth is not a key usage",
            "expected validityPeriodHours to be a whole number of hours, got 1.5",
        ]);
    });
});

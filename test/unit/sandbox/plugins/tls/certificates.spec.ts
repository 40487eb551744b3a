import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import type { Created, ResourceType } from "../../../../../sandbox/plugins/resourceType";
import { certRequest, locallySignedCert, selfSignedCert } from "../../../../../sandbox/plugins/tls/certificates";
import { identifierOf } from "../../../../../sandbox/plugins/tls/identifier";
import { privateKey } from "../../../../../sandbox/plugins/tls/privateKey";
import { x509 } from "../../../../../sandbox/plugins/tls/signing";
import { type Properties, UNKNOWN } from "../../../../../sandbox/plugins/values";
import { toDiffResponse } from "../../../../../sandbox/plugins/wire";

const make = async (type: ResourceType, news: Properties) =>
    (await type.create({ name: "x", urn: "urn", news })) as Created & { state: Record<string, string> };
const newKey = async (inputs: Properties) => (await make(privateKey, inputs)).state.privateKeyPem;
const refusals = (type: ResourceType, news: Properties) =>
    (type.check?.(news) ?? []).map(({ property, reason }) => `${property}: ${reason}`);

const hour = 3_600_000;
const p256 = { algorithm: "ECDSA", ecdsaCurve: "P256" };
const caInputs = {
    subject: { commonName: "the_test CA" },
    isCaCertificate: true,
    setSubjectKeyId: true,
    validityPeriodHours: 48,
    allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
};
const requestInputs = {
    subject: { commonName: "registry" },
    dnsNames: ["registry.example.com", "localhost"],
    ipAddresses: ["10.96.0.7", "::1"],
};
const leafInputs = { validityPeriodHours: 24, allowedUses: ["digital_signature", "key_encipherment", "server_auth"] };

/** The identifiers of the extensions, with a suffix for critical ones. */
const extensions = (certificate: x509.X509Certificate) =>
    Array.from(certificate.extensions, ({ type, critical }) => `${type}${critical ? "!" : ""}`).sort();

for (const keyInputs of [p256, { algorithm: "RSA", rsaBits: 2048 }]) {
    describe(`certificates with ${keyInputs.algorithm} keys`, () => {
        let ca: Awaited<ReturnType<typeof make>>;
        let csr: typeof ca;
        let leaf: typeof ca;
        let leafKeyPem: string;

        before(async () => {
            const caPrivateKeyPem = await newKey(keyInputs);
            leafKeyPem = await newKey(keyInputs);
            ca = await make(selfSignedCert, { ...caInputs, privateKeyPem: caPrivateKeyPem });
            csr = await make(certRequest, { ...requestInputs, privateKeyPem: leafKeyPem });
            leaf = await make(locallySignedCert, {
                ...leafInputs,
                certRequestPem: csr.state.certRequestPem,
                caPrivateKeyPem,
                caCertPem: ca.state.certPem,
            });
        });

        it("form a chain of a CA and a leaf certificate", () => {
            const [authority, end] = [ca, leaf].map(({ state }) => new crypto.X509Certificate(state.certPem));
            assert.ok(authority.verify(authority.publicKey));
            assert.ok(end.verify(authority.publicKey));
            assert.ok(end.checkIssued(authority));
            assert.ok(authority.ca);
            assert.ok(!end.ca);
            assert.ok(end.checkPrivateKey(crypto.createPrivateKey(leafKeyPem)));
        });

        it("contain the common name and the alternative names", () => {
            const end = new crypto.X509Certificate(leaf.state.certPem);
            assert.equal(new crypto.X509Certificate(ca.state.certPem).subject, "CN=the_test CA");
            assert.equal(end.subject, "CN=registry");
            const names = "DNS:registry.example.com, DNS:localhost, IP Address:10.96.0.7, IP Address:0:0:0:0:0:0:0:1";
            assert.equal(end.subjectAltName, names);
        });

        it("contain the official provider's extensions, and no others", async () => {
            const authority = new x509.X509Certificate(ca.state.certPem);
            assert.deepEqual(extensions(authority), ["2.5.29.14", "2.5.29.15!", "2.5.29.19!"]);
            const flags = authority.getExtension(x509.KeyUsagesExtension)?.usages;
            assert.equal(flags, 1 | 32 | 64);
            const constraints = authority.getExtension(x509.BasicConstraintsExtension);
            assert.deepEqual([constraints?.ca, constraints?.pathLength], [true, undefined]);

            const end = new x509.X509Certificate(leaf.state.certPem);
            assert.deepEqual(extensions(end), ["2.5.29.15!", "2.5.29.17", "2.5.29.19!", "2.5.29.35", "2.5.29.37"]);
            assert.equal(end.getExtension(x509.KeyUsagesExtension)?.usages, 1 | 4);
            assert.deepEqual(
                [...(end.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? [])],
                ["1.3.6.1.5.5.7.3.1"],
            );
        });

        it("identify the CA's key by the SHA-1 sum of its bits", () => {
            const authority = new x509.X509Certificate(ca.state.certPem);
            const key = crypto.createPublicKey(
                new crypto.X509Certificate(ca.state.certPem).publicKey.export({
                    type: "spki",
                    format: "pem",
                }) as string,
            );
            const bits =
                keyInputs === p256
                    ? key.export({ type: "spki", format: "der" }).subarray(-65)
                    : key.export({ type: "pkcs1", format: "der" });
            const expected = crypto.createHash("sha1").update(bits).digest("hex");
            assert.equal(authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId, expected);
            const end = new x509.X509Certificate(leaf.state.certPem);
            assert.equal(end.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId, expected);
        });

        it("are valid from now for full hours, to the nanosecond in the state", () => {
            const end = new crypto.X509Certificate(leaf.state.certPem);
            const { validityStartTime, validityEndTime } = leaf.state;
            assert.ok(Math.abs(Date.parse(validityStartTime) - Date.now()) < 60_000);
            assert.equal(Date.parse(end.validTo) - Date.parse(end.validFrom), 24 * hour);
            assert.equal(Math.floor(Date.parse(validityEndTime) / 1000) * 1000, Date.parse(end.validTo));
            assert.match(validityEndTime, /T\d\d:\d\d:\d\d\.\d{9}(Z|[+-]\d\d:\d\d)$/);
        });

        it("have the serial number or the SHA-1 sum of the request as id, and the key's algorithm", () => {
            const serial = BigInt(`0x${new crypto.X509Certificate(leaf.state.certPem).serialNumber}`);
            assert.equal(leaf.id, serial.toString());
            assert.ok(serial < 2n ** 128n && serial > 2n ** 64n);
            const der = Buffer.from(csr.state.certRequestPem.replace(/-----.*-----|\n/g, ""), "base64");
            assert.equal(csr.id, identifierOf(der));
            const algorithms = [ca.state.keyAlgorithm, csr.state.keyAlgorithm, leaf.state.caKeyAlgorithm];
            assert.deepEqual(new Set(algorithms), new Set([keyInputs.algorithm]));
        });

        it("end each PEM block with one newline", () => {
            for (const pem of [ca.state.certPem, leaf.state.certPem]) {
                assert.match(pem, /^-----BEGIN CERTIFICATE-----\n[\s\S]*\n-----END CERTIFICATE-----\n$/);
            }
            assert.match(csr.state.certRequestPem, /^-----BEGIN CERTIFICATE REQUEST-----\n[\s\S]*-----\n$/);
        });
    });
}

describe("tls.LocallySignedCert", () => {
    let inputs: Record<string, unknown>;

    before(async () => {
        const caPrivateKeyPem = await newKey(p256);
        const ca = await make(selfSignedCert, { ...caInputs, privateKeyPem: caPrivateKeyPem });
        const csr = await make(certRequest, { ...requestInputs, privateKeyPem: await newKey(p256) });
        const { certRequestPem } = csr.state;
        inputs = { ...leafInputs, certRequestPem, caPrivateKeyPem, caCertPem: ca.state.certPem };
    });

    it("rejects a key that is not the CA's", async () => {
        const other = { ...inputs, caPrivateKeyPem: await newKey(p256) };
        await assert.rejects(make(locallySignedCert, other), /provided PrivateKey doesn't match parent's PublicKey/);
    });

    it("rejects PEM blocks of another type", async () => {
        const swapped = { ...inputs, caCertPem: inputs.certRequestPem };
        await assert.rejects(make(locallySignedCert, swapped), /expected "CERTIFICATE", got "CERTIFICATE REQUEST"/);
        await assert.rejects(make(locallySignedCert, { ...inputs, certRequestPem: "x" }), /failed to decode PEM/);
    });

    it("has no authority key identifier if its subject is the CA's", async () => {
        const names = { subject: caInputs.subject, privateKeyPem: await newKey(p256) };
        const { certRequestPem } = (await make(certRequest, names)).state;
        const { certPem } = (await make(locallySignedCert, { ...inputs, certRequestPem })).state;
        assert.ok(!extensions(new x509.X509Certificate(certPem)).includes("2.5.29.35"));
    });

    it("is due for renewal from the start if it is renewed earlier than its validity", async () => {
        assert.equal((await make(locallySignedCert, inputs)).state.readyForRenewal as unknown, false);
        const short = { ...inputs, earlyRenewalHours: 24 };
        assert.equal((await make(locallySignedCert, short)).state.readyForRenewal as unknown, true);
    });
});

describe("tls.SelfSignedCert", () => {
    it("rejects a CA without a common name", async () => {
        const inputs = { ...caInputs, subject: {}, privateKeyPem: await newKey(p256) };
        await assert.rejects(make(selfSignedCert, inputs), /at least one Distinguished Name/);
    });
});

describe("tls.CertRequest", () => {
    it("rejects addresses and names that cannot be in a certificate", async () => {
        const request = async (names: Properties) =>
            make(certRequest, { subject: { commonName: "a" }, privateKeyPem: await newKey(p256), ...names });
        await assert.rejects(request({ ipAddresses: ["10.0.0"] }), /Failed to parse "10.0.0"/);
        await assert.rejects(request({ ipAddresses: ["fe80::1%eth0"] }), /Failed to parse/);
        await assert.rejects(request({ dnsNames: ["größe.example.com"] }), /cannot be encoded as an IA5String/);
    });
});

describe("a self-signed certificate that is not a CA", () => {
    const create = async (over: Properties = {}) => {
        const privateKeyPem = await newKey(p256);
        const inputs = { ...caInputs, isCaCertificate: false, setSubjectKeyId: false, allowedUses: ["server_auth"] };
        return new x509.X509Certificate(
            (await make(selfSignedCert, { ...inputs, privateKeyPem, ...over })).state.certPem,
        );
    };

    it("cannot issue certificates, and has a key identifier only on request", async () => {
        const served = await create();
        assert.equal(new crypto.X509Certificate(Buffer.from(served.rawData)).ca, false);
        const [constraints, usage, keyId] = ["2.5.29.19!", "2.5.29.37", "2.5.29.14"];
        assert.deepEqual(extensions(served), [constraints, usage].sort());
        assert.deepEqual(extensions(await create({ setSubjectKeyId: true })), [keyId, constraints, usage].sort());
    });

    it("needs no subject, unlike a CA", async () => {
        assert.equal((await create({ subject: undefined })).subject, "");
    });
});

describe("the inputs of certificates", () => {
    const valid = { ...caInputs, privateKeyPem: "key" };

    it("are integer hours, known uses, a common name and a key", () => {
        assert.deepEqual(refusals(selfSignedCert, valid), []);
        assert.deepEqual(refusals(selfSignedCert, { ...valid, validityPeriodHours: UNKNOWN }), []);
        const wrong = {
            subject: { organization: "us" },
            validityPeriodHours: 1.5,
            earlyRenewalHours: -1,
            allowedUses: ["serverAuth"],
        };
        assert.deepEqual(refusals(selfSignedCert, wrong), [
            "privateKeyPem: privateKeyPem is required by the stand-in provider",
            "subject: organization is not available in the stand-in provider",
            "allowedUses: serverAuth is not a key usage of the stand-in provider",
            "validityPeriodHours: validityPeriodHours must be an integer number of hours, got 1.5",
            "earlyRenewalHours: earlyRenewalHours must be an integer number of hours, got -1",
        ]);
    });

    it("mark the private keys as secret", () => {
        const secrets = [selfSignedCert, certRequest, locallySignedCert].map((type) => type.secretOutputs);
        assert.deepEqual(secrets, [["privateKeyPem"], ["privateKeyPem"], ["caPrivateKeyPem"]]);
    });

    it("have the official provider's defaults", () => {
        const shared = { earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false, readyForRenewal: false };
        assert.deepEqual(locallySignedCert.defaults, shared);
        assert.deepEqual(selfSignedCert.defaults, { ...shared, setAuthorityKeyId: false });
    });
});

describe("the lifecycle of a certificate", () => {
    const olds = {
        certRequestPem: "request",
        caPrivateKeyPem: "key",
        caCertPem: "ca",
        validityPeriodHours: 24,
        earlyRenewalHours: 2,
        allowedUses: ["server_auth"],
    };
    const endsIn = (hours: number) => ({ validityEndTime: new Date(Date.now() + hours * hour).toISOString() });

    function outcome(news: Properties, state: Properties = endsIn(24)): string[] | "update" | "nothing" {
        const response = toDiffResponse((locallySignedCert as Required<ResourceType>).diff({ olds, news, state }));
        if (response.getDiffsList().length === 0) return "nothing";
        return response.getReplacesList().length > 0 ? response.getReplacesList() : "update";
    }

    it("continues without a change", () => assert.equal(outcome(olds), "nothing"));

    it("continues in place when earlyRenewalHours changes, which decides whether it is due for renewal", () => {
        assert.equal(outcome({ ...olds, earlyRenewalHours: 3 }), "update");
        const { update } = locallySignedCert as Required<ResourceType>;
        assert.deepEqual(update({ urn: "urn", news: olds, state: {} }), { readyForRenewal: false });
        const early = { ...olds, earlyRenewalHours: 24 };
        assert.deepEqual(update({ urn: "urn", news: early, state: {} }), { readyForRenewal: true });
    });

    it("ends (replacement) with any other change", () => {
        const other = {
            certRequestPem: "other",
            caPrivateKeyPem: "other",
            caCertPem: "other",
            validityPeriodHours: 25,
            allowedUses: ["client_auth"],
        };
        for (const [key, value] of Object.entries(other)) assert.deepEqual(outcome({ ...olds, [key]: value }), [key]);
        assert.deepEqual(outcome({ ...olds, certRequestPem: UNKNOWN }), ["certRequestPem"]);
    });

    it("ends (replacement) in its last hours", () => {
        assert.deepEqual(outcome(olds, endsIn(1)), ["readyForRenewal"]);
        assert.equal(outcome(olds, endsIn(3)), "nothing");
        assert.deepEqual(outcome(olds, endsIn(-1)), ["readyForRenewal"]);
    });

    it("is due for renewal after a refresh in its last hours", () => {
        const read = (state: Properties) => locallySignedCert.read?.(state).readyForRenewal;
        assert.equal(read({ ...endsIn(1), earlyRenewalHours: 2, readyForRenewal: false }), true);
        assert.equal(read({ ...endsIn(3), earlyRenewalHours: 2, readyForRenewal: false }), false);
    });
});

import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import type { Created } from "../../../../../sandbox/plugins/resourceType";
import { identifierOf } from "../../../../../sandbox/plugins/tls/identifier";
import { privateKey } from "../../../../../sandbox/plugins/tls/privateKey";
import { type Properties, UNKNOWN } from "../../../../../sandbox/plugins/values";

const create = async (news: Properties) =>
    (await privateKey.create({ name: "x", urn: "urn", news })) as Created & { state: Record<string, string> };
const refusals = (news: Properties) => (privateKey.check?.(news) ?? []).map(({ reason }) => reason);

describe("tls.PrivateKey", () => {
    for (const [news, preamble, sshType, keyType] of [
        [{ algorithm: "RSA", rsaBits: 2048 }, "RSA PRIVATE KEY", "ssh-rsa", "rsa"],
        [{ algorithm: "ECDSA", ecdsaCurve: "P256" }, "EC PRIVATE KEY", "ecdsa-sha2-nistp256", "ec"],
    ] as const) {
        it(`has an ${news.algorithm} key in each PEM format, and its public key`, async () => {
            const { id, state } = await create(news);
            assert.match(state.privateKeyPem, new RegExp(`^-----BEGIN ${preamble}-----\n.*-----\n$`, "s"));
            assert.match(state.privateKeyPemPkcs8, /^-----BEGIN PRIVATE KEY-----/);
            const keys = [state.privateKeyPem, state.privateKeyPemPkcs8].map((pem) => crypto.createPublicKey(pem));
            for (const key of keys) assert.equal(key.export({ type: "spki", format: "pem" }), state.publicKeyPem);
            assert.equal(keys[0].asymmetricKeyType, keyType);
            const der = crypto.createPublicKey(state.publicKeyPem).export({ type: "spki", format: "der" });
            assert.equal(id, identifierOf(der));
        });

        it(`has an ${news.algorithm} key in OpenSSH's format, with its fingerprints`, async () => {
            const { state } = await create(news);
            assert.match(state.privateKeyOpenssh, /^-----BEGIN OPENSSH PRIVATE KEY-----\n[\s\S]{64}\n/);
            const [type, blob] = state.publicKeyOpenssh.trimEnd().split(" ");
            assert.equal(type, sshType);
            assert.ok(
                Buffer.from(state.privateKeyOpenssh.replace(/-----.*-----|\n/g, ""), "base64").includes(blob, "base64"),
            );
            const sha256 = crypto.createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64");
            assert.equal(state.publicKeyFingerprintSha256, `SHA256:${sha256.replace(/=+$/, "")}`);
            assert.match(state.publicKeyFingerprintMd5, /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
        });
    }

    it("has 2048 bits if rsaBits is omitted", async () => {
        const { state } = await create({ algorithm: "RSA" });
        assert.equal(crypto.createPublicKey(state.publicKeyPem).asymmetricKeyDetails?.modulusLength, 2048);
        assert.deepEqual(privateKey.defaults, { ecdsaCurve: "P224", rsaBits: 2048 });
    });

    it("marks the private key as secret in every format", () => {
        assert.deepEqual(privateKey.secretOutputs, ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"]);
    });

    it("rejects unsupported algorithms, curves and lengths, including the official default P224", () => {
        assert.match(refusals({ algorithm: "ED25519" })[0], /RSA or ECDSA in the stand-in, got "ED25519"/);
        assert.match(refusals({ algorithm: "ECDSA" })[0], /must be P256 in the stand-in provider, got "P224"/);
        assert.match(refusals({ algorithm: "ECDSA", ecdsaCurve: "P384" })[0], /got "P384"/);
        assert.match(refusals({ algorithm: "RSA", rsaBits: 1023 })[0], /at least 1024, got 1023/);
        assert.deepEqual(refusals({ algorithm: "ECDSA", ecdsaCurve: UNKNOWN }), []);
        assert.deepEqual(refusals({ algorithm: "RSA", rsaBits: 1024 }), []);
    });
});

describe("the id of a key", () => {
    it("is the SHA-1 sum of its DER encoding without trailing white space", () => {
        const der = Buffer.from([0x30, 0x01, 0xff, 0x0a, 0x20]);
        assert.equal(identifierOf(der), crypto.createHash("sha1").update(der.subarray(0, 3)).digest("hex"));
    });
});

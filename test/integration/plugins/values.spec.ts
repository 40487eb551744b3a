import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import { inSandbox } from "../harness";
import { assertAbsent, Workbench } from "./workbench";

describe("the stand-ins for random and tls", () => {
    let bench: Workbench;

    inSandbox();

    before(async () => {
        bench = await Workbench.start();
    });
    after(() => bench?.end());

    const program = ({ generation = 1, hours = 24, early = 1, dnsNames = ["a.example.com"] } = {}) => `
        const password = new random.RandomPassword("password", { length: 40, keepers: { generation: "${generation}" } });
        const salt = new random.RandomBytes("salt", { length: 16 });
        const key = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
        const ca = new tls.SelfSignedCert("ca", {
            privateKeyPem: key.privateKeyPem, isCaCertificate: true, subject: { commonName: "ca" },
            validityPeriodHours: 240, allowedUses: ["cert_signing"],
        });
        const request = new tls.CertRequest("request", {
            privateKeyPem: key.privateKeyPem, subject: { commonName: "leaf" }, dnsNames: ${JSON.stringify(dnsNames)},
        });
        const leaf = new tls.LocallySignedCert("leaf", {
            certRequestPem: request.certRequestPem, caPrivateKeyPem: key.privateKeyPem, caCertPem: ca.certPem,
            validityPeriodHours: ${hours}, earlyRenewalHours: ${early}, allowedUses: ["server_auth"],
        });
        Object.assign(exports, {
            password: password.result, hash: password.bcryptHash, salt: salt.base64, key: key.privateKeyPem,
            leaf: leaf.certPem, ca: ca.certPem,
        });`;

    let first: Record<string, string>;

    it("create stable values", async () => {
        assert.deepEqual((await bench.up(program())).changes, { create: 7 });
        first = (await bench.outputs()) as Record<string, string>;
        assert.equal(first.password.length, 40);
        assert.match(first.hash, /^\$2a\$10\$/);
        const leaf = new crypto.X509Certificate(first.leaf);
        assert.ok(leaf.verify(new crypto.X509Certificate(first.ca).publicKey));
        assert.deepEqual((await bench.up()).changes, {});
        assert.deepEqual(await bench.outputs(), first);
        assert.deepEqual((await bench.refresh()).changes, {});
    });

    it("keep passwords and keys out of the state and of the logs", async () => {
        const { display, log } = await bench.verbosePreview();
        const keyLine = first.key.split("\n")[1];
        for (const secret of [first.password, first.hash, keyLine]) {
            assertAbsent(secret, bench.stored(), "state");
            assertAbsent(secret, display, "display");
            assertAbsent(secret, log, "log");
        }
        assert.ok(log.length > 1000, "there was no log");
    });

    it("have the bytes of random.RandomBytes in the state, as their id", () => {
        const ids = [...bench.stored().matchAll(/"id": *"([^"]+)"/g)].map(([, id]) => id);
        assert.ok(ids.includes(first.salt), `${first.salt} is not among the identifiers ${ids.join(", ")}`);
    });

    it("show a replacement in a preview, without creating anything", async () => {
        const changes = await bench.preview(program({ generation: 2, dnsNames: ["b.example.com"] }));
        assert.deepEqual(changes, { replace: 3 });
        bench.write(program());
        assert.deepEqual((await bench.up()).changes, {});
        assert.deepEqual(await bench.outputs(), first);
    });

    it("create new values when keepers or names change", async () => {
        const next = program({ generation: 2, dnsNames: ["b.example.com"] });
        assert.deepEqual((await bench.up(next)).changes, { replace: 3 });
        const second = (await bench.outputs()) as Record<string, string>;
        assert.notEqual(second.password, first.password);
        assert.equal(new crypto.X509Certificate(second.leaf).subjectAltName, "DNS:b.example.com");
        assert.equal(second.key, first.key);
    });

    it("change earlyRenewalHours in place, and renew the certificate when it is due", async () => {
        const base = { generation: 2, dnsNames: ["b.example.com"] };
        const before = (await bench.outputs()).leaf;
        assert.deepEqual((await bench.up(program({ ...base, early: 2 }))).changes, { update: 1 });
        assert.equal((await bench.outputs()).leaf, before);
        assert.deepEqual((await bench.up(program({ ...base, early: 25 }))).changes, { replace: 1 });
        assert.notEqual((await bench.outputs()).leaf, before);
    });

    it("reject wrong inputs in the preview", async () => {
        const certificate = `new tls.SelfSignedCert("wrong", {
            privateKeyPem: "x", isCaCertificate: true, validityPeriodHours: 1.5, allowedUses: ["server_auth"],
        });`;
        assert.match(await bench.failingPreview(certificate), /integer number of hours, got 1\.5/);
        const password = `new random.RandomPassword("short", { length: 0 });`;
        assert.match(await bench.failingPreview(password), /length must be an integer of at least 1, got 0/);
    });

    it("report an unknown type", async () => {
        assert.match(
            await bench.failingPreview(`new random.RandomPet("pet");`),
            /RandomPet is not available in the stand-in/,
        );
    });
});

import "reflect-metadata";
import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { IngressController, PrivateRegistry } from "../../../../components";
import { caCertificate } from "../../authority";
import { type Issued, issueAuthority, issueCertificate, type Wanted } from "../../issuedCertificates";
import { failure } from "../../mocks";
import { problems, refuses, refusesValues, type Wrong } from "../../refusals";
import * as must from "../../sentences";

refusesValues("tls.existingSecret", [["tls.existingSecret.name", "My Secret", must.dnsName]]);

refuses("tls.existingSecret", {
    "a Secret without a name": {
        of: { tls: { existingSecret: {} } },
        says: ["tls.existingSecret.name: is missing; name the Secret"],
    },
});

refuses("tls.pem", {
    "a certificate without content": {
        of: { tls: { pem: {} } },
        says: ["tls.pem.certificate: is missing; set it, PEM-encoded", "tls.pem.key: is missing; set it, PEM-encoded"],
    },
    "values that are not PEM, without repeating them": {
        of: { tls: { pem: { certificate: "hunter2", key: "hunter2", caCertPem: "/etc/ca.crt" } } },
        says: [
            "tls.pem.certificate: must be PEM-encoded certificates",
            "tls.pem.key: must be a PEM-encoded private key without a passphrase",
            "tls.pem.caCertPem: must be PEM-encoded certificates",
        ],
    },
});

const host = "registry.example.com";
const withKey =
    "contains a private key, and certificates are not stored as secrets; remove the key, and replace it if this value was stored or shared";

describe("a certificate that clients would reject", () => {
    let authority: Issued;
    let sound: Issued;
    const server = (wanted: Wanted = {}) => issueCertificate({ dns: [host], issuer: authority, ...wanted });
    before(async () => {
        authority = await issueAuthority("authority");
        sound = await server();
    });

    /** Where a certificate can be given, with its path. */
    const places: Record<string, (pem: object) => Wrong> = {
        "tls.pem": (pem) => ({ tls: { pem } }),
        "expose.ingress.certificate.pem": (pem) => ({
            expose: { ingress: { controller: IngressController.Nginx, certificate: { pem } } },
        }),
        "expose.ingressRoute.certificate.pem": (pem) => ({ expose: { ingressRoute: { certificate: { pem } } } }),
    };
    for (const [path, place] of Object.entries(places)) {
        describe(path, () => {
            const problemsOf = async (pem: object, more: object = {}) => problems({ host, ...place(pem), ...more });

            it("is rejected before any resource is created, with each problem", async () => {
                const wrong = await server({ dns: ["a.example"], from: -9, until: -3 });
                const lines = await problemsOf({ certificate: wrong.pem, key: sound.key, caCertPem: caCertificate });
                assert.equal(lines.length, 4, lines.join("\n"));
                assert.match(lines[0], new RegExp(`^${path}\\.key: does not match the certificate`));
                assert.match(lines[1], new RegExp(`^${path}\\.certificate: expired on 20`));
                assert.match(lines[2], new RegExp(`^${path}\\.certificate: is not valid for registry\\.example\\.com`));
                assert.match(lines[3], new RegExp(`^${path}\\.caCertPem: did not sign the certificate`));
            });

            it("is rejected if it does not cover an alias", async () => {
                const pem = { certificate: sound.pem, key: sound.key };
                const [line] = await problemsOf(pem, { hostAliases: ["a.example"] });
                assert.ok(line.startsWith(`${path}.certificate: is not valid for a.example but for DNS:${host}`), line);
            });

            it("is rejected with a key in it, which is not repeated", async () => {
                for (const text of [
                    sound.pem + sound.key,
                    sound.key + sound.pem,
                    `${sound.pem}${sound.key.slice(0, 90)}`,
                ]) {
                    const lines = await problemsOf({ certificate: text, key: sound.key });
                    assert.deepEqual(lines, [`${path}.certificate: ${withKey}`]);
                }
                const lines = await problemsOf({
                    certificate: sound.pem,
                    key: sound.key,
                    caCertPem: authority.pem + authority.key,
                });
                assert.deepEqual(lines, [`${path}.caCertPem: ${withKey}`]);
            });

            it("is rejected in an Output when it is known, before it is in a Secret", async () => {
                const wrong = await server({ from: -9, until: -3 });
                const late = {
                    certificate: pulumi.output(wrong.pem),
                    key: pulumi.secret(sound.key),
                    caCertPem: pulumi.output(caCertificate),
                };
                const { message } = await failure(() => new PrivateRegistry("registry", { host, ...place(late) }));
                for (const part of [
                    ".key: does not match",
                    ".certificate: expired on 20",
                    ".caCertPem: did not sign",
                ]) {
                    assert.ok(message.includes(path + part), message);
                }
                assert.ok(!message.includes(sound.key.split("\n")[1]), message);
            });

            it("is rejected for a host that is known late", async () => {
                const pem = { certificate: sound.pem, key: pulumi.secret(sound.key), caCertPem: authority.pem };
                const { message } = await failure(
                    () => new PrivateRegistry("registry", { host: pulumi.output("late.example.com"), ...place(pem) }),
                );
                assert.ok(message.includes(`${path}.certificate: is not valid for late.example.com`), message);
            });
        });
    }
});

describe("CA certificates", () => {
    const places: Record<string, (caCertPem: unknown) => Wrong> = {
        "tls.existingSecret.caCertPem": (caCertPem) => ({ host, tls: { existingSecret: { name: "a", caCertPem } } }),
        "tls.certManager.caCertPem": (caCertPem) => ({
            host,
            tls: { certManager: { issuer: { name: "a" }, caCertPem } },
        }),
        "storage.s3.caCertPem": (caCertPem) => ({ storage: { s3: { bucket: "images", caCertPem } } }),
        "descriptorCache.redis.external.caCertPem": (caCertPem) => ({
            descriptorCache: { redis: { external: { address: "redis:6379", caCertPem } } },
        }),
    };
    for (const [path, place] of Object.entries(places)) {
        it(`must be valid now, CA certificates, and without a key: ${path}`, async () => {
            const old = await issueAuthority("old", { from: -9, until: -3 });
            const [expired] = await problems(place(old.pem));
            assert.match(expired, new RegExp(`^${path}: expired on 20\\S+Z; set a CA certificate that is valid now$`));
            const [none] = await problems(place((await issueCertificate()).pem));
            assert.ok(none.startsWith(`${path}: is not a CA certificate`), none);
            assert.deepEqual(await problems(place(caCertificate + old.key)), [`${path}: ${withKey}`]);
            const { message } = await failure(() => new PrivateRegistry("registry", place(pulumi.output(old.pem))));
            assert.ok(message.includes(`${path}: expired on 20`), message);
        });
    }
});

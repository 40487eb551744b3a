import * as assert from "node:assert/strict";
import { isIP } from "node:net";
import * as fc from "fast-check";
import { IngressController, KeyAlgorithm, PrivateRegistry, type PrivateRegistryArgs } from "../../../../components";
import { certificateNames } from "../../../../components/tls/certificate";
import { pemProblems } from "../../../../components/tls/supplied";
import { createAuthority, issue, type KeyPair } from "../../../../sandbox/cluster/pki";
import { namedCertificate } from "../../authority";
import { declare, failure, resolved } from "../../mocks";
import { refuses, refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

const selfSigned = (args: NonNullable<PrivateRegistryArgs["tls"]>["selfSigned"]) =>
    registry({ tls: { selfSigned: args } });

describe("certificateNames", () => {
    const dnsName = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z](\.[a-z]{1,6}){0,3}$/);
    const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined });
    const withPort = fc
        .tuple(fc.oneof(dnsName, fc.ipV4()), port)
        .map(([host, number]) => ({ name: host, input: number === undefined ? host : `${host}:${number}` }));
    const bare = fc.ipV6().map((ip) => ({ name: ip, input: ip }));
    const names = fc.array(fc.oneof(withPort, bare));

    it("lists each name once, without its port, as a DNS name or an IP address", () => {
        fc.assert(
            fc.property(names, (given) => {
                const { dnsNames, ipAddresses } = certificateNames(given.map((g) => g.input));
                const distinct = [...new Set(given.map((g) => g.name))];
                assert.deepEqual([...dnsNames].sort(), distinct.filter((name) => isIP(name) === 0).sort());
                assert.deepEqual([...ipAddresses].sort(), distinct.filter((name) => isIP(name) !== 0).sort());
            }),
        );
    });

    it("is sorted, so that the order of the arguments changes no certificate", () => {
        fc.assert(
            fc.property(names, (given) => {
                const inputs = given.map((g) => g.input);
                const result = certificateNames(inputs);
                assert.deepEqual(certificateNames([...inputs].reverse()), result);
                assert.deepEqual(result.dnsNames, [...result.dnsNames].sort());
                assert.deepEqual(result.ipAddresses, [...result.ipAddresses].sort());
            }),
        );
    });
});

describe("tls.selfSigned", () => {
    it("is valid for the Service's names, its IP, and port-forwards", async () => {
        const { inputs } = (await registry()).one("CertRequest");
        assert.deepEqual(inputs.dnsNames, [
            "localhost",
            "registry",
            "registry.registry",
            "registry.registry.svc",
            "registry.registry.svc.cluster.local",
        ]);
        assert.deepEqual(inputs.ipAddresses, ["10.96.1.2", "127.0.0.1", "::1"]);
    });

    it("is valid for host and hostAliases without their ports", async () => {
        const r = await registry({
            host: "registry.example.com:8443",
            hostAliases: ["images.example.com", "10.0.0.9"],
        });
        const { inputs } = r.one("CertRequest");
        assert.ok(inputs.dnsNames.includes("registry.example.com"));
        assert.ok(inputs.dnsNames.includes("images.example.com"));
        assert.ok(inputs.ipAddresses.includes("10.0.0.9"));
    });

    it("is valid for subjectAlternativeNames", async () => {
        const { inputs } = (await selfSigned({ subjectAlternativeNames: ["*.example.com", "192.0.2.1"] })).one(
            "CertRequest",
        );
        assert.ok(inputs.dnsNames.includes("*.example.com"));
        assert.ok(inputs.ipAddresses.includes("192.0.2.1"));
    });

    it("has ECDSA P-256 keys", async () => {
        for (const key of (await registry()).every("PrivateKey")) {
            assert.deepEqual(key.inputs, { algorithm: "ECDSA", ecdsaCurve: "P256" });
        }
    });

    it("has RSA keys of 4096 bits on request", async () => {
        const keys = (await selfSigned({ algorithm: KeyAlgorithm.Rsa4096 })).every("PrivateKey");
        assert.equal(keys.length, 3);
        for (const key of keys) assert.deepEqual(key.inputs, { algorithm: "RSA", rsaBits: 4096 });
    });

    it("is valid for a year and renewed in its last 30 days", async () => {
        const { inputs } = (await registry()).one("LocallySignedCert");
        assert.equal(inputs.validityPeriodHours, 365 * 24);
        assert.equal(inputs.earlyRenewalHours, 30 * 24);
        assert.deepEqual(inputs.allowedUses, ["digital_signature", "key_encipherment", "server_auth"]);
    });

    it("is valid for validityDays and renewed in the last renewBeforeDays", async () => {
        const { inputs } = (await selfSigned({ validityDays: 90, renewBeforeDays: 10 })).one("LocallySignedCert");
        assert.equal(inputs.validityPeriodHours, 90 * 24);
        assert.equal(inputs.earlyRenewalHours, 10 * 24);
    });

    it("is issued by a CA that outlives it", async () => {
        const r = await registry();
        assert.equal(r.one("LocallySignedCert").inputs.caCertPem, namedCertificate("registry-ca-1"));
        assert.equal(r.one("LocallySignedCert").inputs.caPrivateKeyPem, "-----BEGIN KEY registry-ca-1-key-----\n");
        const { inputs } = r.one("SelfSignedCert", "registry-ca-1");
        assert.equal(inputs.isCaCertificate, true);
        assert.equal(inputs.validityPeriodHours, 10 * 365 * 24);
        assert.ok(inputs.allowedUses.includes("cert_signing"));
    });

    it("has a new key for a new generation, with the same CA", async () => {
        const [one, two] = [await selfSigned({ generation: 1 }), await selfSigned({ generation: 2 })];
        assert.equal(one.one("CertRequest").inputs.privateKeyPem, "-----BEGIN KEY registry-tls-key-1-----\n");
        assert.equal(two.one("CertRequest").inputs.privateKeyPem, "-----BEGIN KEY registry-tls-key-2-----\n");
        assert.deepEqual(two.every("SelfSignedCert"), one.every("SelfSignedCert"));
    });

    const authorities: [number, number[]][] = [
        [1, [1, 2]],
        [2, [1, 2, 3]],
        [3, [2, 3, 4]],
    ];
    for (const [generation, trusted] of authorities) {
        it(`with authorityGeneration ${generation} is issued by that CA, while nodes trust ${trusted}`, async () => {
            const r = await selfSigned({ authorityGeneration: generation });
            assert.deepEqual(
                r.every("SelfSignedCert").map((authority) => authority.name),
                trusted.map((g) => `registry-ca-${g}`),
            );
            const signer = namedCertificate(`registry-ca-${generation}`);
            assert.equal(r.one("LocallySignedCert").inputs.caCertPem, signer);
            const onNodes = r.one("ConfigMap").inputs.data["file-0"];
            assert.equal(onNodes, trusted.map((g) => namedCertificate(`registry-ca-${g}`)).join(""));
        });
    }

    it("is in a TLS Secret that the pod mounts", async () => {
        const r = await registry();
        const secret = r.one("Secret", "registry-tls");
        assert.equal(secret.inputs.type, "kubernetes.io/tls");
        assert.deepEqual(secret.inputs.stringData, {
            "tls.crt": namedCertificate("registry-tls-certificate"),
            "tls.key": "-----BEGIN KEY registry-tls-key-1-----\n",
        });
        const volume = r.pod.spec.volumes.find((v: { name: string }) => v.name === "tls");
        assert.equal(volume.secret.secretName, secret.inputs.metadata.name);
        assert.match(secret.inputs.metadata.name, /^registry-tls-[0-9a-f]{8}$/);
    });
});

describe("tls.existingSecret", () => {
    const args = (caCertPem?: string): PrivateRegistryArgs => ({
        host: "registry.example.com",
        tls: { existingSecret: { name: "team", caCertPem } },
    });

    it("is mounted by the pod, and no certificate is issued", async () => {
        const r = await registry(args());
        const volume = r.pod.spec.volumes.find((v: { name: string }) => v.name === "tls");
        assert.equal(volume.secret.secretName, "team");
        for (const kind of ["CertRequest", "SelfSignedCert", "PrivateKey"]) assert.deepEqual(r.every(kind), []);
    });

    it("is trusted by nodes with its CA certificate, at the address that they resolve", async () => {
        const { certificate } = await createAuthority("the team's authority");
        const r = await registry(args(certificate));
        const { data } = r.one("ConfigMap").inputs;
        assert.equal(data["file-0"], certificate);
        assert.match(data["file-1"], /host\."https:\/\/registry\.example\.com"/);
        const trusted = await registry(args());
        assert.deepEqual([...trusted.every("DaemonSet"), ...trusted.named("registry-node-namespace")], []);
    });

    it("has an expiry that Pulumi does not know", async () => {
        let component: PrivateRegistry | undefined;
        await declare(() => {
            component = new PrivateRegistry("registry", args());
        });
        assert.equal(await resolved((component as PrivateRegistry).certificateExpiry), "");
        assert.equal(await resolved((component as PrivateRegistry).caCertPem), "");
    });
});

describe("tls.pem", () => {
    let pair: KeyPair;
    let other: KeyPair;
    const host = "registry.example.com";
    before(async () => {
        const authority = await createAuthority("the team's authority");
        pair = await issue(authority, { commonName: host, serverNames: { dns: [host], ip: ["10.0.0.9"] } });
        other = await issue(authority, { commonName: host, serverNames: { dns: ["*.example.com"] } });
    });
    const pem = (key: string) => ({ certificate: pair.certificate, key });

    it("is in a Secret, with its key marked as secret", async () => {
        const r = await registry({ host, tls: { pem: pem(pair.key) } });
        const secret = r.one("Secret", "registry-tls");
        assert.deepEqual(secret.inputs.stringData, { "tls.crt": pair.certificate, "tls.key": pair.key });
        assert.equal(secret.clearTexts.includes(pair.key), false);
    });

    it("is rejected with a key of another certificate, which is not repeated", async () => {
        const { message } = await failure(
            () => new PrivateRegistry("registry", { host, tls: { pem: pem(other.key) } }),
        );
        assert.match(
            message,
            /tls\.pem\.key: does not match the certificate; set the key that the certificate was issued for/,
        );
        assert.equal(message.includes(other.key.split("\n")[1]), false);
    });

    it("is rejected if it is not valid for a host", () => {
        const problemsFor = (hosts: string[]) => pemProblems("tls.pem", pair, hosts);
        assert.deepEqual(problemsFor([`${host}:8443`, "10.0.0.9"]), []);
        assert.deepEqual(problemsFor(["images.example.com"]), [
            {
                path: "tls.pem.certificate",
                reason: "is not valid for images.example.com but for DNS:registry.example.com, IP Address:10.0.0.9; use one that covers all hosts",
            },
        ]);
        assert.deepEqual(pemProblems("tls.pem", other, ["images.example.com"]), []);
    });
});

describe("tls.plainBackend", () => {
    it("leaves TLS termination to the edge", async () => {
        const r = await registry({
            host: "a.example.com",
            tls: { plainBackend: true },
            expose: { ingress: { controller: IngressController.Other } },
        });
        const [container] = r.pod.spec.containers;
        assert.equal(container.ports[0].name, "http");
        assert.equal(container.readinessProbe.httpGet.scheme, "HTTP");
        assert.equal(
            container.volumeMounts.some((m: { name: string }) => m.name === "tls"),
            false,
        );
        assert.doesNotMatch(r.configYaml, /tls/);
        assert.deepEqual(r.one("Service", "registry-service").inputs.spec.ports, [
            { name: "http", port: 80, targetPort: 5000 },
        ]);
        assert.match(r.one("ConfigMap").inputs.data["file-1"], /host\."https:\/\/a\.example\.com"/);
    });
});

refusesValues("tls.plainBackend", [["tls.plainBackend", "yes", must.boolean]]);

refuses("tls", {
    "two sources of the certificate": {
        of: { tls: { selfSigned: {}, existingSecret: { name: "a" } } },
        says: ["tls: has selfSigned and existingSecret; keep exactly one"],
    },
    "plainBackend without TLS termination": {
        of: { tls: { plainBackend: true }, expose: { nodePort: {} } },
        says: [
            "tls.plainBackend: needs TLS termination in front of the pods; add one of expose.ingress, expose.ingressRoute, expose.gateway",
            "expose.nodePort: would send passwords over plain HTTP because of tls.plainBackend; remove one of the two",
        ],
    },
});

import * as assert from "node:assert/strict";
import {
    type CertManagerCertificate,
    IssuerKind,
    KeyAlgorithm,
    type PrivateRegistryArgs,
} from "../../../../components";
import { caCertificate, namedCertificate } from "../../authority";
import { refuses, refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

const host = "registry.example.com";
const certified = (certManager: CertManagerCertificate, args?: PrivateRegistryArgs) =>
    registry({ host, tls: { certManager }, ...args });
const issuer = { name: "team" };

describe("tls.certManager", () => {
    it("requests a certificate for all names, and waits for it", async () => {
        const r = await certified({ issuer });
        const { spec, metadata } = r.one("Certificate").inputs;
        const { labels, ...template } = spec.secretTemplate;
        assert.deepEqual(template, {});
        assert.equal(labels["app.kubernetes.io/instance"], "registry");
        assert.deepEqual(
            { ...spec, secretTemplate: undefined },
            {
                secretTemplate: undefined,
                secretName: "registry-tls",
                duration: "2160h0m0s",
                renewBefore: "720h0m0s",
                privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
                usages: ["digital signature", "key encipherment", "server auth"],
                dnsNames: [
                    "localhost",
                    "registry",
                    host,
                    "registry.registry",
                    "registry.registry.svc",
                    "registry.registry.svc.cluster.local",
                ],
                ipAddresses: ["10.96.1.2", "127.0.0.1", "::1"],
                issuerRef: { name: "team", kind: "ClusterIssuer", group: "cert-manager.io" },
            },
        );
        assert.equal(metadata.annotations["pulumi.com/waitFor"], "condition=Ready");
        assert.ok(
            r
                .one("Deployment", "registry-deployment")
                .dependencies.some((urn) => urn.endsWith("registry-tls-certificate")),
        );
        const volume = r.pod.spec.volumes.find((v: { name: string }) => v.name === "tls");
        assert.equal(volume.secret.secretName, "registry-tls");
    });

    it("requests the given issuer, validity and key algorithm", async () => {
        const { spec } = (
            await certified({
                issuer: { name: "team", kind: IssuerKind.Issuer, group: "example.com" },
                algorithm: KeyAlgorithm.Rsa4096,
                validityDays: 10,
                renewBeforeDays: 2,
                subjectAlternativeNames: ["images.example.com"],
            })
        ).one("Certificate").inputs;
        assert.deepEqual(spec.issuerRef, { name: "team", kind: "Issuer", group: "example.com" });
        assert.deepEqual(spec.privateKey, { algorithm: "RSA", size: 4096, rotationPolicy: "Always" });
        assert.equal(spec.duration, "240h0m0s");
        assert.equal(spec.renewBefore, "48h0m0s");
        assert.ok(spec.dnsNames.includes("images.example.com"));
    });

    it("requests public names only from a public CA, and nodes resolve the host", async () => {
        const r = await certified(
            { issuer, publicNamesOnly: true, caCertPem: caCertificate },
            { hostAliases: ["images.example.com"] },
        );
        const { spec } = r.one("Certificate").inputs;
        assert.deepEqual(spec.dnsNames, ["images.example.com", host]);
        assert.equal("ipAddresses" in spec, false);
        assert.match(r.one("ConfigMap").inputs.data["file-1"], /host\."https:\/\/registry\.example\.com"/);
    });

    it("rolls the pods when cert-manager renews it", async () => {
        const r = await certified({ issuer });
        const { spec } = r.one("Deployment", "registry-certificate-watch").inputs.spec.template;
        const volume = spec.volumes.find((v: { name: string }) => v.name === "certificate");
        assert.equal(volume.secret.secretName, "registry-tls");
    });

    it("creates an Issuer with the component's own CA by default, which nodes trust", async () => {
        const r = await certified({});
        const own = r.one("Issuer", "registry-issuer-1").inputs;
        assert.deepEqual(own.spec, { ca: { secretName: r.objectName("Secret", "registry-issuer-key") } });
        assert.deepEqual(r.one("Secret", "registry-issuer-key").inputs.stringData, {
            "tls.crt": namedCertificate("registry-ca-1"),
            "tls.key": "-----BEGIN KEY registry-ca-1-key-----\n",
        });
        const { issuerRef } = r.one("Certificate").inputs.spec;
        assert.deepEqual(issuerRef, { name: "registry-issuer-1", kind: "Issuer", group: "cert-manager.io" });
        const { data } = r.one("ConfigMap").inputs;
        assert.match(data["file-0"], /registry-ca-1\n.*registry-ca-2\n/s);
        assert.match(data["file-1"], /host\."https:\/\/10\.96\.1\.2:443"/);
    });

    it("creates another Issuer for another CA, so that cert-manager issues the certificate again", async () => {
        const r = await certified({ authorityGeneration: 2 });
        assert.equal(r.one("Certificate").inputs.spec.issuerRef.name, "registry-issuer-2");
    });
});

describe("an edge certificate from cert-manager", () => {
    it("is requested for the hosts, and used by the IngressRoute", async () => {
        const expose = { ingressRoute: { certificate: { certManager: { issuer } } } };
        const r = await registry({ host, hostAliases: ["images.example.com"], expose });
        const { spec } = r.one("Certificate", "registry-ingress-route-tls-certificate").inputs;
        assert.deepEqual(spec.dnsNames, ["images.example.com", host]);
        assert.equal(spec.secretName, "registry-ingress-route-tls");
        assert.deepEqual(spec.issuerRef, { name: "team", kind: "ClusterIssuer", group: "cert-manager.io" });
        assert.deepEqual(r.one("IngressRoute").inputs.spec.tls, { secretName: "registry-ingress-route-tls" });
    });
});

refusesValues("tls.certManager", [
    ["tls.certManager.issuer.kind", "Authority", 'must be one of "Issuer", "ClusterIssuer"'],
    ["tls.certManager.issuer.group", "A", must.dnsName],
    ["tls.certManager.algorithm", "RSA", 'must be one of "ECDSA-P256", "RSA-4096"'],
    ["tls.certManager.validityDays", 0, "must be an integer from 1 to 3650"],
    ["tls.certManager.renewBeforeDays", 0, must.oneOrMore],
    ["tls.certManager.subjectAlternativeNames[0]", "https://a", "must be a DNS name or an IP address"],
    ["tls.certManager.publicNamesOnly", 1, must.boolean],
    ["tls.certManager.authorityGeneration", 0, must.oneOrMore],
]);

refuses("tls.certManager", {
    "an issuer without a name, and fields that only the component's issuer uses": {
        of: {
            tls: {
                certManager: { issuer: {}, authorityGeneration: 2, validityDays: 30, publicNamesOnly: true },
            },
        },
        says: [
            "tls.certManager.renewBeforeDays: must be smaller than validityDays (30), or cert-manager refuses the certificate",
            "tls.certManager.issuer.name: is missing; name the issuer, or omit `issuer` to get one with the component's own CA",
            "tls.certManager.authorityGeneration: rotates the component's own CA, which the named issuer does not use; remove one of the two",
            "tls.certManager.publicNamesOnly: needs a public name to request a certificate for; set host",
        ],
    },
    "a caCertPem without an issuer": {
        of: { tls: { certManager: { caCertPem: caCertificate } } },
        says: [
            "tls.certManager.caCertPem: is the component's own CA certificate as long as no issuer is named; remove it or name the issuer",
        ],
    },
});

import * as pulumi from "@pulumi/pulumi";
import { IngressController, IssuerKind, KeyAlgorithm, PrivateRegistry } from "private-registry";

const config = new pulumi.Config();
const teamCertificate = config.require("certificate");
const teamKey = config.requireSecret("certificate-key");
const authority = config.require("certificate-authority");

/** Behind an Ingress and an IngressRoute, with Secrets that are managed elsewhere. */
new PrivateRegistry("behind-ingress", {
    host: "registry.example.com",
    tls: { existingSecret: { name: "team-certificate", caCertPem: authority } },
    expose: {
        ingress: {
            controller: IngressController.Nginx,
            className: "public",
            annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
            certificate: { existingSecret: { name: "edge-certificate" } },
            awaitAddress: true,
        },
        ingressRoute: {
            entryPoints: ["websecure"],
            certificate: { existingSecret: { name: "edge-certificate" } },
            middlewares: [{ name: "office-only", namespace: "traefik" }],
            annotations: { "kubernetes.io/ingress.class": "traefik" },
        },
    },
    ui: {
        title: "Images of the team",
        deleteImages: true,
        image: "docker.io/joxit/docker-registry-ui:2.6.0",
        resources: {
            requests: { cpu: "10m", memory: "16Mi" },
            limits: { cpu: "200m", memory: "64Mi" },
        },
    },
});

/** With PEM-encoded certificates. */
new PrivateRegistry("with-pem", {
    host: "registry.example.com",
    tls: { pem: { certificate: teamCertificate, key: teamKey, caCertPem: authority } },
    expose: {
        ingress: {
            controller: IngressController.NginxF5,
            certificate: { pem: { certificate: teamCertificate, key: teamKey, caCertPem: authority } },
        },
        ingressRoute: { certificate: { pem: { certificate: teamCertificate, key: teamKey, caCertPem: authority } } },
    },
});

/** With certificates from a cert-manager issuer. */
new PrivateRegistry("with-cert-manager", {
    host: "registry.example.com",
    tls: {
        certManager: {
            issuer: { name: "team", kind: IssuerKind.ClusterIssuer, group: "cert-manager.io" },
            algorithm: KeyAlgorithm.EcdsaP256,
            validityDays: 90,
            renewBeforeDays: 30,
            subjectAlternativeNames: ["images.example.com"],
            publicNamesOnly: true,
            caCertPem: authority,
        },
    },
    expose: {
        ingress: {
            controller: IngressController.Traefik,
            certificate: {
                certManager: {
                    issuer: { name: "letsencrypt", kind: IssuerKind.ClusterIssuer, group: "cert-manager.io" },
                    algorithm: KeyAlgorithm.EcdsaP256,
                    validityDays: 90,
                    renewBeforeDays: 30,
                },
            },
        },
        ingressRoute: {
            certificate: {
                certManager: {
                    issuer: { name: "letsencrypt", kind: IssuerKind.Issuer, group: "cert-manager.io" },
                    algorithm: KeyAlgorithm.EcdsaP256,
                    validityDays: 90,
                    renewBeforeDays: 30,
                },
            },
        },
        loadBalancer: {
            address: "203.0.113.7",
            sourceRanges: ["198.51.100.0/24"],
            className: "example.com/internal",
            annotations: { "example.com/scheme": "internal" },
        },
    },
});

/** With TLS termination at a Gateway and at Traefik, plain HTTP to the pods, and a cert-manager Issuer for the component's CA. */
new PrivateRegistry("plain-backend", {
    host: "registry.example.com",
    tls: { plainBackend: true, certManager: { authorityGeneration: 1 } },
    expose: {
        gateway: {
            parentRefs: [{ name: "public", namespace: "gateways", sectionName: "https", port: 443 }],
            version: "1.3",
            annotations: { "example.com/owner": "platform" },
        },
        ingressRoute: { certResolver: "letsencrypt" },
    },
});

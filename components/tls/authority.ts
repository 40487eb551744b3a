import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { validGenerations } from "../generations";
import type { Scope } from "../kubernetes/scope";

/** Algorithm of a private key. */
export enum KeyAlgorithm {
    /** ECDSA on the curve P-256: small, fast, and supported by every client of the last ten years. */
    EcdsaP256 = "ECDSA-P256",
    /** RSA with 4096 bits, if a policy requires RSA. */
    Rsa4096 = "RSA-4096",
}

/** The component's own CA. */
export interface Authority {
    readonly privateKeyPem: pulumi.Output<string>;
    readonly certPem: pulumi.Output<string>;
    /** The current CA certificate with the previous and the next one, which clients trust after and before their use. */
    readonly trustedPem: pulumi.Output<string>;
}

const authorityYears = 10;
export const hoursPerDay = 24;

/** Creates the CA of a generation, the previous one and the next one. */
export function createAuthority(scope: Scope, algorithm: KeyAlgorithm, generation: number): Authority {
    const authorities = validGenerations(generation).map((g) => ({
        generation: g,
        ...selfSign(scope, `ca-${g}`, `${scope.instance} certificate authority ${g}`, algorithm),
    }));
    const { key, certificate } = authorities.find((a) => a.generation === generation) as (typeof authorities)[0];
    return {
        privateKeyPem: key.privateKeyPem,
        certPem: certificate.certPem,
        trustedPem: pulumi.all(authorities.map((a) => a.certificate.certPem)).apply((pems) => pems.join("")),
    };
}

/** Creates a self-signed CA certificate. */
export function selfSign(scope: Scope, part: string, commonName: string, algorithm: KeyAlgorithm) {
    const key = privateKey(scope, `${part}-key`, algorithm);
    const certificate = new tls.SelfSignedCert(
        scope.name(part),
        {
            privateKeyPem: key.privateKeyPem,
            subject: { commonName: commonName.slice(0, 64) },
            isCaCertificate: true,
            setSubjectKeyId: true,
            validityPeriodHours: authorityYears * 365 * hoursPerDay,
            allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
        },
        scope.options(),
    );
    return { key, certificate };
}

/** The content of a certificate, except its key. */
export interface CertificateContent {
    readonly commonName: string;
    readonly dnsNames: pulumi.Input<pulumi.Input<string>[]>;
    readonly ipAddresses?: pulumi.Input<string[]>;
    readonly validityDays: number;
    readonly renewBeforeDays: number;
    /** Extended key usage. */
    readonly use: "server" | "client";
}

/** Issues a certificate for a key. */
export function certify(
    scope: Scope,
    part: string,
    authority: Pick<Authority, "privateKeyPem" | "certPem">,
    key: tls.PrivateKey,
    { commonName, dnsNames, ipAddresses, validityDays, renewBeforeDays, use }: CertificateContent,
): tls.LocallySignedCert {
    const request = new tls.CertRequest(
        scope.name(`${part}-request`),
        {
            privateKeyPem: key.privateKeyPem,
            subject: { commonName: commonName.slice(0, 64) },
            dnsNames,
            ipAddresses,
        },
        scope.options(),
    );
    return new tls.LocallySignedCert(
        scope.name(`${part}-certificate`),
        {
            certRequestPem: request.certRequestPem,
            caPrivateKeyPem: authority.privateKeyPem,
            caCertPem: authority.certPem,
            validityPeriodHours: validityDays * hoursPerDay,
            earlyRenewalHours: renewBeforeDays * hoursPerDay,
            allowedUses: ["digital_signature", "key_encipherment", `${use}_auth`],
        },
        scope.options(),
    );
}

export function privateKey(scope: Scope, part: string, algorithm: KeyAlgorithm): tls.PrivateKey {
    const kind =
        algorithm === KeyAlgorithm.Rsa4096
            ? { algorithm: "RSA", rsaBits: 4096 }
            : { algorithm: "ECDSA", ecdsaCurve: "P256" };
    return new tls.PrivateKey(scope.name(part), kind, scope.options());
}

import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { validGenerations } from "../generations";
import type { Scope } from "../kubernetes/scope";

/** The kind of private key. */
export enum KeyAlgorithm {
    /** ECDSA on the curve P-256: small, fast, understood by every client of the last ten years. */
    EcdsaP256 = "ECDSA-P256",
    /** RSA with 4096 bits, where a rule asks for it. */
    Rsa4096 = "RSA-4096",
}

/** A certificate authority of the component's own. */
export interface Authority {
    readonly privateKeyPem: pulumi.Output<string>;
    readonly certPem: pulumi.Output<string>;
    /** It and its neighbours, which clients trust in advance and for a while after. */
    readonly trustedPem: pulumi.Output<string>;
}

const authorityYears = 10;
export const hoursPerDay = 24;

/** Makes the authority of a generation, the next one and the one before. */
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

/** An authority that no client trusts in advance. */
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
        { parent: scope.parent },
    );
    return { key, certificate };
}

/** What a certificate says in addition to its key. */
export interface CertificateContent {
    readonly commonName: string;
    readonly dnsNames: pulumi.Input<pulumi.Input<string>[]>;
    readonly ipAddresses?: pulumi.Input<string[]>;
    readonly validityDays: number;
    readonly renewBeforeDays: number;
    /** Which side of a connection shows it. */
    readonly use: "server" | "client";
}

/** Has an authority certify a key. */
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
        { parent: scope.parent },
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
        { parent: scope.parent },
    );
}

export function privateKey(scope: Scope, part: string, algorithm: KeyAlgorithm): tls.PrivateKey {
    const kind =
        algorithm === KeyAlgorithm.Rsa4096
            ? { algorithm: "RSA", rsaBits: 4096 }
            : { algorithm: "ECDSA", ecdsaCurve: "P256" };
    return new tls.PrivateKey(scope.name(part), kind, { parent: scope.parent });
}

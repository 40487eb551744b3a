import { isIP } from "node:net";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { checksum } from "./checksum";
import { validGenerations } from "./generations";
import { type Identity, marks } from "./labels";
import { memberOf, subjectAlternativeName, wholeNumber } from "./rules";
import type { Problem, Rules } from "./validation";

/** The kind of private key. */
export enum KeyAlgorithm {
    /** ECDSA on the curve P-256: small, fast, understood by every client of the last ten years. */
    EcdsaP256 = "ECDSA-P256",
    /** RSA with 4096 bits, where a rule asks for it. */
    Rsa4096 = "RSA-4096",
}

/** A certificate from a certificate authority of the registry's own, kept in the stack's state. */
export interface SelfSignedCertificate {
    /** Kind of both private keys. Defaults to `ECDSA-P256`. */
    algorithm?: KeyAlgorithm;
    /** Days that the registry's certificate is valid. Defaults to 365; at most 825, the longest that Apple's clients accept. */
    validityDays?: number;
    /** The first `pulumi up` in this many days before the end renews the certificate. Defaults to 30. */
    renewBeforeDays?: number;
    /** Further DNS names and IP addresses that the certificate is valid for, beside the ones the component knows. */
    subjectAlternativeNames?: pulumi.Input<string>[];
    /** Raise it by one to get a new key and certificate now. Defaults to 1. */
    generation?: number;
    /**
     * Raise it by one to get a new certificate authority. Nodes trust the next one in advance, so pulls go on. Raise it again
     * only after the nodes of other clusters (RegistryAccess) have been updated. Defaults to 1.
     */
    authorityGeneration?: number;
}

/** Where the certificate that the registry's pods serve comes from. */
export interface RegistryTls {
    /** A certificate authority of the registry's own. The default. */
    selfSigned?: SelfSignedCertificate;
}

export interface Certificate {
    /** Name of the TLS Secret; another one after each renewal. */
    readonly secretName: pulumi.Output<string>;
    readonly checksum: pulumi.Output<string>;
    /** What clients must trust, in PEM form. */
    readonly caCertPem: pulumi.Output<string>;
    /** End of validity, RFC 3339. */
    readonly expiry: pulumi.Output<string>;
}

export const hoursPerDay = 24;
const authorityYears = 10;
const defaults = { validityDays: 365, renewBeforeDays: 30 };

export const tlsRules: Rules = {
    "selfSigned.algorithm": memberOf(KeyAlgorithm),
    "selfSigned.validityDays": wholeNumber(1, 825),
    "selfSigned.renewBeforeDays": wholeNumber(0),
    "selfSigned.subjectAlternativeNames[]": subjectAlternativeName,
    "selfSigned.generation": wholeNumber(1),
    "selfSigned.authorityGeneration": wholeNumber(1),
};

export function tlsProblems(args: RegistryTls = {}): Problem[] {
    const { validityDays, renewBeforeDays } = { ...defaults, ...args.selfSigned };
    if (renewBeforeDays < validityDays) return [];
    const reason = `must be smaller than validityDays (${validityDays}), or every \`pulumi up\` renews the certificate`;
    return [{ path: "tls.selfSigned.renewBeforeDays", reason }];
}

/** Every name under which a client may reach the registry, in a fixed order. */
export function certificateNames(names: readonly string[]): { dnsNames: string[]; ipAddresses: string[] } {
    const all = [...new Set(names.map((name) => (isIP(name) ? name : name.replace(/:\d+$/, ""))))].sort();
    return { dnsNames: all.filter((name) => isIP(name) === 0), ipAddresses: all.filter((name) => isIP(name) !== 0) };
}

/** Issues the certificate and puts it into a Secret of type kubernetes.io/tls. */
export function issueCertificate(
    identity: Identity,
    args: RegistryTls | undefined,
    namespace: pulumi.Output<string>,
    names: pulumi.Input<string>[],
    parent: pulumi.Resource,
): Certificate {
    const { name } = identity;
    const selfSigned = {
        ...defaults,
        algorithm: KeyAlgorithm.EcdsaP256,
        generation: 1,
        authorityGeneration: 1,
        ...args?.selfSigned,
    };
    const authorities = validGenerations(selfSigned.authorityGeneration).map((generation) => ({
        generation,
        ...createAuthority(
            `${name}-ca-${generation}`,
            `${name} certificate authority ${generation}`,
            selfSigned.algorithm,
            parent,
        ),
    }));
    const authority = authorities.find(
        (a) => a.generation === selfSigned.authorityGeneration,
    ) as (typeof authorities)[0];
    const subject = pulumi
        .all([...names, ...(selfSigned.subjectAlternativeNames ?? [])])
        .apply((known) => certificateNames(known));

    const key = privateKey(`${name}-tls-key-${selfSigned.generation}`, selfSigned.algorithm, parent);
    const request = new tls.CertRequest(
        `${name}-tls-request`,
        {
            privateKeyPem: key.privateKeyPem,
            subject: { commonName: name.slice(0, 64) },
            dnsNames: subject.dnsNames,
            ipAddresses: subject.ipAddresses,
        },
        { parent },
    );
    const certificate = new tls.LocallySignedCert(
        `${name}-tls-certificate`,
        {
            certRequestPem: request.certRequestPem,
            caPrivateKeyPem: authority.key.privateKeyPem,
            caCertPem: authority.certificate.certPem,
            validityPeriodHours: selfSigned.validityDays * hoursPerDay,
            earlyRenewalHours: selfSigned.renewBeforeDays * hoursPerDay,
            allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
        },
        { parent },
    );
    const caCertPem = pulumi.all(authorities.map((a) => a.certificate.certPem)).apply((pems) => pems.join(""));
    const content = { "tls.crt": certificate.certPem, "tls.key": key.privateKeyPem };
    const secret = new k8s.core.v1.Secret(
        `${name}-tls`,
        { metadata: { namespace, ...marks(identity, "server") }, type: "kubernetes.io/tls", stringData: content },
        { parent },
    );
    return {
        secretName: secret.metadata.name,
        checksum: checksum(pulumi.jsonStringify(content)),
        caCertPem,
        expiry: certificate.validityEndTime,
    };
}

export function createAuthority(
    resourceName: string,
    commonName: string,
    algorithm: KeyAlgorithm,
    parent: pulumi.Resource,
) {
    const key = privateKey(`${resourceName}-key`, algorithm, parent);
    const certificate = new tls.SelfSignedCert(
        resourceName,
        {
            privateKeyPem: key.privateKeyPem,
            subject: { commonName: commonName.slice(0, 64) },
            isCaCertificate: true,
            setSubjectKeyId: true,
            validityPeriodHours: authorityYears * 365 * hoursPerDay,
            allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
        },
        { parent },
    );
    return { key, certificate };
}

export function privateKey(resourceName: string, algorithm: KeyAlgorithm, parent: pulumi.Resource): tls.PrivateKey {
    const kind =
        algorithm === KeyAlgorithm.Rsa4096
            ? { algorithm: "RSA", rsaBits: 4096 }
            : { algorithm: "ECDSA", ecdsaCurve: "P256" };
    return new tls.PrivateKey(resourceName, kind, { parent });
}

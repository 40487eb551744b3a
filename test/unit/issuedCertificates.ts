import "reflect-metadata";
import { KeyObject, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A certificate for tests, and how it differs from a sound certificate of a server. */
export interface Wanted {
    name?: string;
    /** Defaults to itself. */
    issuer?: Issued;
    /** Another issuer in the certificate than the one that signs it. */
    issuerName?: string;
    dns?: string[];
    ip?: string[];
    /** In hours from now. */
    from?: number;
    until?: number;
    /** `true` for a CA; `none` for no basic constraints. */
    authority?: boolean | "none";
    pathLength?: number;
    keyUsage?: number;
    /** Extended key usages. */
    uses?: string[];
    key?: webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams | webcrypto.Algorithm;
    /** Hash of the signature. */
    hash?: string;
    /** The key of another certificate. */
    keys?: webcrypto.CryptoKeyPair;
    extensions?: x509.Extension[];
}

export interface Issued {
    readonly pem: string;
    readonly key: string;
    readonly subject: string;
    readonly keys: webcrypto.CryptoKeyPair;
}

const p256 = { name: "ECDSA", namedCurve: "P-256" };

export const rsa = (modulusLength: number, name = "RSASSA-PKCS1-v1_5", hash = "SHA-256") => ({
    name,
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash,
});

/** Issues a certificate: by default a server's, valid for an hour before and after now, which signs itself. */
export async function issueCertificate(wanted: Wanted = {}): Promise<Issued> {
    const { name = "registry", issuer, from = -1, until = 1, authority = false, key = p256, hash = "SHA-256" } = wanted;
    const keys =
        wanted.keys ?? ((await webcrypto.subtle.generateKey(key, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair);
    const signer = (issuer?.keys ?? keys).privateKey;
    const date = (hours: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + hours * 3_600_000);
    const names: x509.JsonGeneralName[] = [
        ...(wanted.dns ?? []).map((value): x509.JsonGeneralName => ({ type: "dns", value })),
        ...(wanted.ip ?? []).map((value): x509.JsonGeneralName => ({ type: "ip", value })),
    ];
    const subject = `CN=${name}`;
    const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: `01${randomBytes(8).toString("hex")}`,
        notBefore: date(from),
        notAfter: date(until),
        signingAlgorithm: {
            ...signer.algorithm,
            hash,
            saltLength: 32,
        } as x509.X509CertificateCreateParams["signingAlgorithm"],
        subject,
        issuer: wanted.issuerName ?? issuer?.subject ?? subject,
        publicKey: keys.publicKey,
        signingKey: signer,
        extensions: [
            ...(authority === "none" ? [] : [new x509.BasicConstraintsExtension(authority, wanted.pathLength, true)]),
            ...(wanted.keyUsage === undefined ? [] : [new x509.KeyUsagesExtension(wanted.keyUsage, true)]),
            ...(wanted.uses === undefined ? [] : [new x509.ExtendedKeyUsageExtension(wanted.uses)]),
            ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
            ...(wanted.extensions ?? []),
        ],
    });
    return {
        pem: `${certificate.toString("pem")}\n`,
        key: KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString(),
        subject,
        keys,
    };
}

/** A CA, which signs itself unless it has an issuer. */
export const issueAuthority = (name: string, wanted: Wanted = {}) =>
    issueCertificate({ name, authority: true, ...wanted });

import type { KeyObject } from "node:crypto";
import * as rsa from "@peculiar/asn1-rsa";
import { AsnConvert } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import type { Certificate } from "./certificate";

/** The algorithms of signatures that Go verifies. */
const sound = [
    ...[11, 12, 13].map((number) => `1.2.840.113549.1.1.${number}`),
    ...[2, 3, 4].map((number) => `1.2.840.10045.4.3.${number}`),
    "1.3.101.112",
    rsa.id_RSASSA_PSS,
];

const weak: Readonly<Record<string, string>> = {
    "1.2.840.113549.1.1.2": "MD2",
    "1.2.840.113549.1.1.4": "MD5",
    "1.2.840.113549.1.1.5": "SHA-1",
    "1.3.14.3.2.29": "SHA-1",
    "1.2.840.10045.4.1": "SHA-1",
    "1.2.840.10040.4.3": "DSA and SHA-1",
};

/** Why Go does not accept the algorithm of a certificate's signature; undefined if it does. */
export function algorithmFault({ signatureAlgorithm: { algorithm, parameters } }: Certificate): string | undefined {
    if (weak[algorithm] !== undefined) return `is signed with ${weak[algorithm]}, which clients reject`;
    const isSound = sound.includes(algorithm) && (algorithm !== rsa.id_RSASSA_PSS || isSoundPss(parameters));
    return isSound ? undefined : `is signed with the algorithm ${algorithm}, which Go clients do not know`;
}

/** Salt lengths of RSA-PSS by the hash, which the mask has too. */
const saltLengths: Readonly<Record<string, number>> = {
    [rsa.id_sha256]: 32,
    [rsa.id_sha384]: 48,
    [rsa.id_sha512]: 64,
};

function isSoundPss(parameters: ArrayBuffer | null | undefined): boolean {
    if (!parameters) return false;
    try {
        const { hashAlgorithm, maskGenAlgorithm, saltLength, trailerField } = AsnConvert.parse(
            parameters,
            rsa.RsaSaPssParams,
        );
        const mask = AsnConvert.parse(maskGenAlgorithm.parameters ?? new Uint8Array(), AlgorithmIdentifier);
        const { algorithm: hash } = hashAlgorithm;
        return mask.algorithm === hash && saltLength === saltLengths[hash] && trailerField === 1;
    } catch {
        return false;
    }
}

const curves = ["prime256v1", "secp384r1", "secp521r1"];

/** Why Go clients do not accept a key in a TLS handshake; undefined if they do. `use`: what the key signs. */
export function keyFault(key: KeyObject | undefined, use: "handshake" | "certificates"): string | undefined {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key ?? {};
    if (type === "rsa") {
        const bits = details?.modulusLength ?? 0;
        return bits >= 1024 && bits <= 8192
            ? undefined
            : `has an RSA key of ${bits} bits, and clients accept 1024 to 8192`;
    }
    if (type === "ed25519") return undefined;
    const accepted = use === "handshake" ? curves : [...curves, "secp224r1"];
    if (type !== "ec") return "has a key that is neither RSA, ECDSA nor Ed25519";
    const curve = details?.namedCurve ?? "unknown";
    return accepted.includes(curve) ? undefined : `has a key on the curve ${curve}, which clients do not accept`;
}

/** Why a certificate's key did not sign another one; undefined if it did. */
export function signatureFault(child: Certificate, parent: Certificate): string | undefined {
    if (parent.isAuthority === false || (parent.isAuthority === undefined && parent.version === 3)) {
        return "is not a CA certificate (basic constraints)";
    }
    if (parent.maySign === false) return "may not sign certificates (key usage)";
    const fault = algorithmFault(child);
    if (fault !== undefined) return fault;
    const weakKey = keyFault(parent.publicKey, "certificates");
    if (weakKey !== undefined) return weakKey;
    return isSigned(child, parent) ? undefined : "has another key than the one that signed the previous certificate";
}

/** Whether a certificate's key signed another one, with any algorithm. */
export function isSigned(child: Certificate, parent: Certificate): boolean {
    try {
        return parent.publicKey !== undefined && child.x509.verify(parent.publicKey);
    } catch {
        return false;
    }
}

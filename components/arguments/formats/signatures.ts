import type { KeyObject } from "node:crypto";
import type { Certificate } from "./certificate";
import { contextTag, derTag, elements, inner, integer, oid } from "./der";

const rsaPss = "1.2.840.113549.1.1.10";

/** The algorithms of signatures that Go verifies. */
const sound = [
    ...[11, 12, 13].map((number) => `1.2.840.113549.1.1.${number}`),
    ...[2, 3, 4].map((number) => `1.2.840.10045.4.3.${number}`),
    "1.3.101.112",
    rsaPss,
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
export function algorithmFault({ signatureAlgorithm }: Certificate): string | undefined {
    const [name, parameters] = inner(signatureAlgorithm);
    const algorithm = oid(name);
    if (weak[algorithm] !== undefined) return `is signed with ${weak[algorithm]}, which clients reject`;
    const isSound = sound.includes(algorithm) && (algorithm !== rsaPss || isSoundPss(parameters?.raw));
    return isSound ? undefined : `is signed with the algorithm ${algorithm}, which Go clients do not know`;
}

/** Salt lengths of RSA-PSS by the hash, which the mask has too. */
const saltLengths: Readonly<Record<string, number>> = {
    "2.16.840.1.101.3.4.2.1": 32,
    "2.16.840.1.101.3.4.2.2": 48,
    "2.16.840.1.101.3.4.2.3": 64,
};

function isSoundPss(parameters: Buffer | undefined): boolean {
    if (parameters === undefined) return false;
    const field = (number: number) => inner(parameters).find(({ tag }) => tag === contextTag(number, true));
    const [hash, mask, salt, trailer] = [0, 1, 2, 3].map((number) => field(number)?.content);
    if (hash === undefined || mask === undefined || salt === undefined) return false;
    const hashName = oid(inner(hash)[0]);
    const maskHash = inner(mask)[1];
    return (
        maskHash !== undefined &&
        maskHash.tag === derTag.sequence &&
        oid(elements(maskHash.content)[0]) === hashName &&
        integer(elements(salt)[0]) === saltLengths[hashName] &&
        (trailer === undefined || integer(elements(trailer)[0]) === 1)
    );
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

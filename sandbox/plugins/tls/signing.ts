import "reflect-metadata";
import * as crypto from "node:crypto";
import * as x509 from "@peculiar/x509";
import { splitUses } from "./uses";

x509.cryptoProvider.set(crypto.webcrypto as Crypto);

/** `subject` of certificates and requests. */
export interface Subject {
    commonName?: string;
    country?: string;
    emailAddress?: string;
    locality?: string;
    organization?: string;
    organizationalUnit?: string;
    postalCode?: string;
    province?: string;
    serialNumber?: string;
    streetAddresses?: string[];
}

export interface Names {
    dnsNames?: string[];
    ipAddresses?: string[];
    uris?: string[];
}

export interface CertificateRules {
    allowedUses: string[];
    isCaCertificate?: boolean;
    maxPathLength?: number;
    setSubjectKeyId?: boolean;
    validityPeriodHours: number;
}

export interface SigningKey {
    /** As `keyAlgorithm` has it: RSA, ECDSA or ED25519. */
    name: string;
    algorithm: EcdsaParams & Algorithm;
    privateKey: CryptoKey;
    publicKey: CryptoKey;
}

/** The curves that certificates can be signed with here, and the hash that goes with each. */
const curves: Record<string, { namedCurve: string; hash: string }> = {
    prime256v1: { namedCurve: "P-256", hash: "SHA-256" },
    secp384r1: { namedCurve: "P-384", hash: "SHA-384" },
    secp521r1: { namedCurve: "P-521", hash: "SHA-512" },
};

function algorithmOf(key: crypto.KeyObject): { name: string; algorithm: EcdsaParams & Algorithm } {
    if (key.asymmetricKeyType === "rsa") {
        return { name: "RSA", algorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } };
    }
    if (key.asymmetricKeyType === "ed25519") {
        return { name: "ED25519", algorithm: { name: "Ed25519" } as EcdsaParams };
    }
    const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ""];
    if (!curve) {
        throw new Error("the stand-in for the tls provider signs with the curves P256, P384 and P521 only, not P224");
    }
    return { name: "ECDSA", algorithm: { name: "ECDSA", ...curve } };
}

/** Reads a private key in any of the PEM forms that PrivateKey gives. */
export async function signingKey(pem: string): Promise<SigningKey> {
    const key = crypto.createPrivateKey(pem);
    const { name, algorithm } = algorithmOf(key);
    const pkcs8 = key.export({ type: "pkcs8", format: "der" });
    const spki = crypto.createPublicKey(key).export({ type: "spki", format: "der" });
    const { subtle } = crypto.webcrypto;
    return {
        name,
        algorithm,
        privateKey: (await subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"])) as CryptoKey,
        publicKey: (await subtle.importKey("spki", spki, algorithm, true, ["verify"])) as CryptoKey,
    };
}

/** A name in the order that Go, and so the official provider, writes it. */
export function distinguishedName(subject: Subject = {}): x509.JsonName {
    const parts: [string, string[] | undefined][] = [
        ["C", subject.country ? [subject.country] : undefined],
        ["O", subject.organization ? [subject.organization] : undefined],
        ["OU", subject.organizationalUnit ? [subject.organizationalUnit] : undefined],
        ["L", subject.locality ? [subject.locality] : undefined],
        ["ST", subject.province ? [subject.province] : undefined],
        ["2.5.4.9", subject.streetAddresses],
        ["2.5.4.17", subject.postalCode ? [subject.postalCode] : undefined],
        ["CN", subject.commonName ? [subject.commonName] : undefined],
        ["2.5.4.5", subject.serialNumber ? [subject.serialNumber] : undefined],
        ["1.2.840.113549.1.9.1", subject.emailAddress ? [subject.emailAddress] : undefined],
    ];
    return parts.flatMap(([type, values]) => (values?.length ? [{ [type]: values }] : []));
}

/** The subject alternative names as an extension; critical when the certificate has no subject, as RFC 5280 asks. */
export function alternativeNames(names: Names, subject: x509.JsonName): x509.Extension[] {
    const all: x509.JsonGeneralNames = [
        ...(names.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
        ...(names.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
        ...(names.uris ?? []).map((value) => ({ type: "url" as const, value })),
    ];
    return all.length > 0 ? [new x509.SubjectAlternativeNameExtension(all, subject.length === 0)] : [];
}

/** Everything a certificate says beyond its names. */
export async function extensions(rules: CertificateRules, publicKey: CryptoKey): Promise<x509.Extension[]> {
    const { flags, extended } = splitUses(rules.allowedUses ?? []);
    const isCa = rules.isCaCertificate ?? false;
    const found: x509.Extension[] = [
        new x509.BasicConstraintsExtension(isCa, isCa ? rules.maxPathLength : undefined, true),
    ];
    if (flags) found.push(new x509.KeyUsagesExtension(flags, true));
    if (extended.length > 0) found.push(new x509.ExtendedKeyUsageExtension(extended));
    if (isCa || rules.setSubjectKeyId) found.push(await x509.SubjectKeyIdentifierExtension.create(publicKey));
    return found;
}

/** When a certificate made now begins and ends, and how the state says so. */
export function validity(hours: number, now = new Date()) {
    const notBefore = new Date(Math.floor(now.getTime() / 1000) * 1000);
    const notAfter = new Date(notBefore.getTime() + hours * 3_600_000);
    return { notBefore, notAfter };
}

/** 127 random bits: positive and never twice the same. */
export function serialNumber(): string {
    const bytes = crypto.randomBytes(16);
    bytes[0] = (bytes[0] & 0x7f) | 0x40;
    return bytes.toString("hex");
}

export { x509 };

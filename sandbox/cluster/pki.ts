import "reflect-metadata";
import { createPrivateKey, KeyObject, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A certificate and its private key, PEM-encoded. */
export interface KeyPair {
    certificate: string;
    key: string;
}

/** The identity in a certificate. */
export interface Identity {
    /** The user in Kubernetes. */
    commonName: string;
    /** The group in Kubernetes. */
    organization?: string;
    /** The names and addresses it serves at, for a server. */
    serverNames?: { dns?: string[]; ip?: string[] };
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const lifetimeYears = 10;

/** Creates the CA of a sandbox. */
export async function createAuthority(commonName: string): Promise<KeyPair> {
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        ...frame(),
        name: [{ CN: [commonName] }],
        keys,
        extensions: [
            new x509.BasicConstraintsExtension(true, 0, true),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
    });
    return { certificate: certificate.toString("pem"), key: toPem(keys.privateKey) };
}

/** Issues a certificate with a new key for a client, or for a server if the identity has server names. */
export async function issue(authority: KeyPair, identity: Identity): Promise<KeyPair> {
    const issuer = new x509.X509Certificate(authority.certificate);
    const keys = await generateKeys();
    const { commonName, organization, serverNames } = identity;
    const { clientAuth, serverAuth } = x509.ExtendedKeyUsage;
    const certificate = await x509.X509CertificateGenerator.create({
        ...frame(),
        subject: [{ CN: [commonName] }, ...(organization ? [{ O: [organization] }] : [])],
        issuer: issuer.subject,
        publicKey: keys.publicKey,
        signingKey: await fromPem(authority.key),
        extensions: [
            new x509.BasicConstraintsExtension(false, undefined, true),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
            new x509.ExtendedKeyUsageExtension([serverNames ? serverAuth : clientAuth]),
            await x509.AuthorityKeyIdentifierExtension.create(issuer),
            ...(serverNames ? [new x509.SubjectAlternativeNameExtension(alternativeNames(serverNames))] : []),
        ],
    });
    return { certificate: certificate.toString("pem"), key: toPem(keys.privateKey) };
}

/** A private key without a certificate, PEM-encoded. */
export async function createKey(): Promise<string> {
    return toPem((await generateKeys()).privateKey);
}

function alternativeNames({ dns = [], ip = [] }: { dns?: string[]; ip?: string[] }): x509.JsonGeneralName[] {
    return [
        ...dns.map((value): x509.JsonGeneralName => ({ type: "dns", value })),
        ...ip.map((value): x509.JsonGeneralName => ({ type: "ip", value })),
    ];
}

function frame() {
    const notAfter = new Date();
    notAfter.setFullYear(notAfter.getFullYear() + lifetimeYears);
    // The first bit is 0, so that the number is positive.
    const serialNumber = `01${randomBytes(15).toString("hex")}`;
    return { serialNumber, notBefore: new Date(Date.now() - 60_000), notAfter, signingAlgorithm: algorithm };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
    return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

/** The only format in which the API server reads a key for service accounts. */
function toPem(key: webcrypto.CryptoKey): string {
    return KeyObject.from(key).export({ type: "sec1", format: "pem" }).toString();
}

function fromPem(key: string): Promise<webcrypto.CryptoKey> {
    const pkcs8 = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
    return webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
}

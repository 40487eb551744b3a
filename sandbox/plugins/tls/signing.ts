import "reflect-metadata";
import * as crypto from "node:crypto";
import * as net from "node:net";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(crypto.webcrypto as Crypto);

export { x509 };

export interface SigningKey {
    /** As `keyAlgorithm` has it: RSA or ECDSA. */
    name: string;
    algorithm: EcdsaParams & Algorithm;
    privateKey: CryptoKey;
    publicKey: CryptoKey;
    /** The DER-encoded public key. */
    spki: Buffer;
}

function algorithmOf(key: crypto.KeyObject): { name: string; algorithm: EcdsaParams & Algorithm } {
    if (key.asymmetricKeyType === "rsa") {
        return { name: "RSA", algorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } };
    }
    if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") {
        const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
        return { name: "ECDSA", algorithm };
    }
    throw new Error("the stand-in for the tls provider signs with RSA keys and with ECDSA keys on the curve P256 only");
}

/** Reads a PEM-encoded private key. */
export async function signingKey(pem: string): Promise<SigningKey> {
    const key = crypto.createPrivateKey(pem);
    const { name, algorithm } = algorithmOf(key);
    const pkcs8 = key.export({ type: "pkcs8", format: "der" });
    const spki = crypto.createPublicKey(key).export({ type: "spki", format: "der" });
    const { subtle } = crypto.webcrypto;
    return {
        name,
        algorithm,
        spki,
        privateKey: (await subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"])) as CryptoKey,
        publicKey: (await subtle.importKey("spki", spki, algorithm, true, ["verify"])) as CryptoKey,
    };
}

/** The first PEM block, which must be of a type such as `CERTIFICATE`. */
export function decodePem(pem: string, type: string): Uint8Array<ArrayBuffer> {
    const [, found, base64 = ""] = /-----BEGIN ([A-Z ]+)-----\n([\s\S]+?)\n-----END \1-----/.exec(pem) ?? [];
    if (found === undefined) throw new Error(`failed to decode PEM of expected type "${type}" from bytes`);
    if (found !== type) throw new Error(`invalid PEM type - expected "${type}", got "${found}"`);
    return new Uint8Array(Buffer.from(base64, "base64"));
}

/** Bits of the key usage extension (RFC 5280, 4.2.1.3) and identifiers of the extended one, by their names in `allowedUses`. */
const keyUsages: Record<string, number> = {
    digital_signature: x509.KeyUsageFlags.digitalSignature,
    key_encipherment: x509.KeyUsageFlags.keyEncipherment,
    cert_signing: x509.KeyUsageFlags.keyCertSign,
    crl_signing: x509.KeyUsageFlags.cRLSign,
};
const extendedKeyUsages: Record<string, string> = {
    server_auth: x509.ExtendedKeyUsage.serverAuth,
    client_auth: x509.ExtendedKeyUsage.clientAuth,
};

/** What a certificate may do. */
export function usageExtensions(isAuthority: boolean, uses: string[]): x509.Extension[] {
    const flags = uses.reduce((flags, use) => flags | (keyUsages[use] ?? 0), 0);
    const extended = uses.flatMap((use) => extendedKeyUsages[use] ?? []);
    return [
        new x509.BasicConstraintsExtension(isAuthority, undefined, true),
        ...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]),
        ...(extended.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(extended)]),
    ];
}

/** Go writes names as IA5String, which is ASCII, and reads addresses without a zone. */
export function alternativeNames(dnsNames: string[] = [], ipAddresses: string[] = []): x509.Extension[] {
    for (const name of dnsNames) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are ASCII.
        if (!/^[\x00-\x7f]*$/.test(name)) throw new Error(`x509: "${name}" cannot be encoded as an IA5String`);
    }
    for (const address of ipAddresses) {
        if (net.isIP(address) === 0 || address.includes("%")) throw new Error(`Failed to parse "${address}"`);
    }
    const all: x509.JsonGeneralNames = [
        ...dnsNames.map((value) => ({ type: "dns" as const, value })),
        ...ipAddresses.map((value) => ({ type: "ip" as const, value })),
    ];
    return all.length > 0 ? [new x509.SubjectAlternativeNameExtension(all)] : [];
}

/** A random serial number of at most 128 bits; the first is 0 and the second 1, so that it is positive and not short. */
export function serialNumber(): string {
    const bytes = crypto.randomBytes(16);
    bytes[0] = (bytes[0] & 0x7f) | 0x40;
    return bytes.toString("hex");
}

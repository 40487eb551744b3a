import { type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";
import { isKnownName, type NameConstraints, nameConstraints } from "./nameConstraints";
import { pemBlocks } from "./pem";

/** A certificate, with what Go reads in it and Node does not tell. */
export interface Certificate {
    readonly x509: X509Certificate;
    /** Undefined if the key's algorithm is unknown. */
    readonly publicKey: KeyObject | undefined;
    readonly version: number;
    /** The encoded names, which must be equal byte for byte in a chain. */
    readonly issuer: Buffer;
    readonly subject: Buffer;
    readonly notBefore: Date;
    readonly notAfter: Date;
    readonly signatureAlgorithm: asn1.AlgorithmIdentifier;
    readonly publicKeyInfo: Buffer;
    /** The extension as a whole, encoded; undefined if there is none. */
    readonly alternativeNames: Buffer | undefined;
    readonly dnsNames: readonly string[];
    readonly ipAddresses: readonly string[];
    /** Undefined without basic constraints. */
    readonly isAuthority: boolean | undefined;
    readonly longestPath: number | undefined;
    /** Whether its key may sign certificates; undefined without a key usage. */
    readonly maySign: boolean | undefined;
    /** Extended key usages; empty without that extension. */
    readonly uses: readonly string[];
    readonly constraints: NameConstraints | undefined;
    /** Why Go cannot read it, or does not accept it regardless of its use; undefined if it does. */
    readonly fault: string | undefined;
}

/** The certificates in a string, in their order. Throws if one cannot be parsed. */
export function parseCertificates(text: string): Certificate[] {
    const { blocks, isComplete } = pemBlocks(text);
    const ours = blocks.filter(({ type }) => type === "CERTIFICATE");
    if (ours.length === 0 || !isComplete) throw new Error("no certificate, or an incomplete one");
    return ours.map(({ bytes }) => parseCertificate(bytes));
}

function parseCertificate(der: Buffer): Certificate {
    const x509 = new X509Certificate(der);
    const { tbsCertificate: fields } = AsnConvert.parse(x509.raw, asn1.Certificate);
    const extensions = fields.extensions ?? [];
    const contentOf = (id: string) => extensions.find(({ extnID }) => extnID === id)?.extnValue.buffer;
    const read = <T>(id: string, type: new () => T): T | undefined => {
        const value = contentOf(id);
        return value && AsnConvert.parse(value, type);
    };
    const alternativeNames = contentOf(asn1.id_ce_subjectAltName);
    const names = [...(read(asn1.id_ce_subjectAltName, asn1.SubjectAlternativeName) ?? [])];
    const basic = read(asn1.id_ce_basicConstraints, asn1.BasicConstraints);
    const usage = read(asn1.id_ce_keyUsage, asn1.KeyUsage)?.toNumber();
    const constraints = nameConstraints(read(asn1.id_ce_nameConstraints, asn1.NameConstraints));
    return {
        x509,
        publicKey: publicKeyOf(x509),
        version: fields.version + 1,
        issuer: encoded(fields.issuer),
        subject: encoded(fields.subject),
        notBefore: new Date(x509.validFrom),
        notAfter: new Date(x509.validTo),
        signatureAlgorithm: fields.signature,
        publicKeyInfo: encoded(fields.subjectPublicKeyInfo),
        alternativeNames: alternativeNames && Buffer.from(alternativeNames),
        dnsNames: names.flatMap(({ dNSName }) => dNSName ?? []),
        ipAddresses: names.flatMap(({ iPAddress }) => iPAddress ?? []).filter((address) => isIP(address) !== 0),
        isAuthority: basic?.cA,
        longestPath: basic?.pathLenConstraint,
        // A usage without any bit counts as none.
        maySign: usage ? (usage & asn1.KeyUsageFlags.keyCertSign) !== 0 : undefined,
        uses: read(asn1.id_ce_extKeyUsage, asn1.ExtendedKeyUsage) ?? [],
        constraints,
        fault: faultOf(x509, fields, names, constraints),
    };
}

const encoded = (value: unknown) => Buffer.from(AsnConvert.serialize(value));

/** The extensions that Go reads, below 2.5.29. */
const understood = [14, 15, 17, 19, 30, 31, 32, 33, 35, 36, 37, 54].map((number) => `2.5.29.${number}`);
/** Those that must not be critical: key identifiers and the addresses of the issuer. */
const neverCritical = ["2.5.29.14", "2.5.29.35", "1.3.6.1.5.5.7.1.1"];

function faultOf(
    { serialNumber }: X509Certificate,
    { version, extensions = [] }: asn1.TBSCertificate,
    names: readonly asn1.GeneralName[],
    constraints: NameConstraints | undefined,
): string | undefined {
    const ids = extensions.map(({ extnID }) => extnID);
    const isUnread = (id: string) =>
        !understood.includes(id) ||
        (id === asn1.id_ce_subjectAltName && !names.some(isKnownName)) ||
        (id === asn1.id_ce_nameConstraints && constraints?.isUnderstood === false);
    if (version > asn1.Version.v3) return "is of an unknown version";
    if (serialNumber.startsWith("-")) return "has a negative serial number";
    const repeated = ids.find((id, i) => ids.indexOf(id) < i);
    if (repeated !== undefined) return `has the extension ${repeated} twice`;
    const wrong = extensions.find(
        ({ critical, extnID: id }) => critical && (neverCritical.includes(id) || isUnread(id)),
    );
    if (wrong !== undefined) return `has the critical extension ${wrong.extnID}, which Go does not accept`;
    return names.every(isWellFormed) ? undefined : "has malformed subject alternative names";
}

function isWellFormed({ rfc822Name, dNSName, uniformResourceIdentifier, iPAddress }: asn1.GeneralName): boolean {
    const isText = [rfc822Name, dNSName, uniformResourceIdentifier].every((name = "") => !/[\u0080-\uffff]/.test(name));
    return isText && (iPAddress === undefined || isIP(iPAddress) !== 0);
}

function publicKeyOf(x509: X509Certificate): KeyObject | undefined {
    try {
        return x509.publicKey;
    } catch {
        return undefined;
    }
}

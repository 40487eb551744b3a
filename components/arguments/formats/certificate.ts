import { type KeyObject, X509Certificate } from "node:crypto";
import { contextTag, derTag, type Element, elements, inner, integer, oid } from "./der";
import { addressText } from "./hostNames";
import { type NameConstraints, nameConstraints } from "./nameConstraints";
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
    /** The identifier of the signature's algorithm, encoded. */
    readonly signatureAlgorithm: Buffer;
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

const id = {
    alternativeNames: "2.5.29.17",
    basicConstraints: "2.5.29.19",
    keyUsage: "2.5.29.15",
    extendedKeyUsage: "2.5.29.37",
    nameConstraints: "2.5.29.30",
} as const;

function parseCertificate(der: Buffer): Certificate {
    const x509 = new X509Certificate(der);
    const fields = elements(inner(x509.raw)[0].content);
    const version = fields[0].tag === contextTag(0, true) ? 1 + integer(inner(fields[0].raw)[0]) : 1;
    const [serial, signatureAlgorithm, issuer, validity, subject, publicKeyInfo, ...others] =
        version === 1 && fields[0].tag === derTag.integer ? fields : fields.slice(1);
    const extensionList = others.find(({ tag }) => tag === contextTag(3, true));
    const extensions = extensionList === undefined ? [] : inner(extensionList.content).map(readExtension);
    const contentOf = (wanted: string) => extensions.find((extension) => extension.id === wanted)?.value;
    const names = alternativeNames(contentOf(id.alternativeNames));
    const [notBefore, notAfter] = elements(validity.content).map(time);
    const content = {
        x509,
        publicKey: publicKeyOf(x509),
        version,
        issuer: issuer.raw,
        subject: subject.raw,
        notBefore,
        notAfter,
        signatureAlgorithm: signatureAlgorithm.raw,
        publicKeyInfo: publicKeyInfo.raw,
        alternativeNames: contentOf(id.alternativeNames),
        dnsNames: names.dnsNames,
        ipAddresses: names.ipAddresses,
        ...basicConstraints(contentOf(id.basicConstraints)),
        maySign: keyUsage(contentOf(id.keyUsage)),
        uses: extendedKeyUsage(contentOf(id.extendedKeyUsage)),
        constraints: nameConstraints(contentOf(id.nameConstraints)),
    };
    return { ...content, fault: faultOf(version, serial, extensions, names, content.constraints) };
}

interface Extension {
    readonly id: string;
    readonly isCritical: boolean;
    readonly value: Buffer;
}

function readExtension({ content }: Element): Extension {
    const [name, ...rest] = elements(content);
    const isCritical = rest[0].tag === derTag.boolean && rest[0].content[0] !== 0;
    return { id: oid(name), isCritical, value: rest[rest.length - 1].content };
}

/** The extensions that Go reads, below 2.5.29. */
const understood = [14, 15, 17, 19, 30, 31, 32, 33, 35, 36, 37, 54].map((number) => `2.5.29.${number}`);
/** Those that must not be critical: key identifiers and the addresses of the issuer. */
const neverCritical = ["2.5.29.14", "2.5.29.35", "1.3.6.1.5.5.7.1.1"];

function faultOf(
    version: number,
    serial: Element,
    extensions: readonly Extension[],
    names: AlternativeNames,
    constraints: NameConstraints | undefined,
): string | undefined {
    const ids = extensions.map((extension) => extension.id);
    const critical = extensions.filter(({ isCritical }) => isCritical).map((extension) => extension.id);
    const isUnread = (name: string) =>
        !understood.includes(name) ||
        (name === id.alternativeNames && names.count === 0) ||
        (name === id.nameConstraints && constraints?.isUnderstood === false);
    if (version > 3) return "is of an unknown version";
    if (serial.content[0] >= 0x80) return "has a negative serial number";
    const repeated = ids.find((name, i) => ids.indexOf(name) < i);
    if (repeated !== undefined) return `has the extension ${repeated} twice`;
    const wrong = critical.find((name) => neverCritical.includes(name) || isUnread(name));
    if (wrong !== undefined) return `has the critical extension ${wrong}, which Go does not accept`;
    return names.isMalformed ? "has malformed subject alternative names" : undefined;
}

interface AlternativeNames {
    readonly dnsNames: string[];
    readonly ipAddresses: string[];
    /** Names of the kinds that Go reads. */
    readonly count: number;
    readonly isMalformed: boolean;
}

const general = { email: 1, dns: 2, uri: 6, ip: 7 };

function alternativeNames(value: Buffer | undefined): AlternativeNames {
    const all = value === undefined ? [] : inner(value);
    const known = Object.values(general).map((number) => contextTag(number, false));
    const ofKind = (number: number) => all.filter(({ tag }) => tag === contextTag(number, false));
    const isText = ({ content }: Element) => content.every((byte) => byte < 0x80);
    const addresses = ofKind(general.ip);
    const strings = [...ofKind(general.email), ...ofKind(general.dns), ...ofKind(general.uri)];
    return {
        dnsNames: ofKind(general.dns).map(({ content }) => content.toString("latin1")),
        ipAddresses: addresses
            .filter(({ content }) => [4, 16].includes(content.length))
            .map((e) => addressText(e.content)),
        count: all.filter(({ tag }) => known.includes(tag)).length,
        isMalformed: !strings.every(isText) || !addresses.every(({ content }) => [4, 16].includes(content.length)),
    };
}

function basicConstraints(value: Buffer | undefined) {
    if (value === undefined) return { isAuthority: undefined, longestPath: undefined };
    const all = inner(value);
    const flag = all.find(({ tag }) => tag === derTag.boolean);
    const path = all.find(({ tag }) => tag === derTag.integer);
    return { isAuthority: flag !== undefined && flag.content[0] !== 0, longestPath: path && integer(path) };
}

/** The bit `keyCertSign`. A usage without any bit counts as none. */
function keyUsage(value: Buffer | undefined): boolean | undefined {
    if (value === undefined) return undefined;
    const [, ...bits] = elements(value)[0].content;
    return bits.some((byte) => byte !== 0) ? (bits[0] & 0x04) !== 0 : undefined;
}

function extendedKeyUsage(value: Buffer | undefined): string[] {
    return value === undefined ? [] : inner(value).map(oid);
}

function publicKeyOf(x509: X509Certificate): KeyObject | undefined {
    try {
        return x509.publicKey;
    } catch {
        return undefined;
    }
}

/** A UTCTime, whose years are from 1950 to 2049, or a GeneralizedTime. */
function time({ tag, content }: Element): Date {
    const text = content.toString("latin1");
    const year = tag === 0x17 ? `${Number(text.slice(0, 2)) < 50 ? "20" : "19"}${text.slice(0, 2)}` : text.slice(0, 4);
    const rest = text.slice(tag === 0x17 ? 2 : 4);
    const [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map((at) => rest.slice(at, at + 2));
    return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

import * as crypto from "node:crypto";
import {
    type CheckRequest,
    type CreateRequest,
    type DiffRequest,
    type ResourceType,
    replaceUnless,
} from "../resourceType";
import { hasUnknown, numberAt, type Properties, textAt } from "../values";
import type { CertificateRules, Names, Subject } from "./signing";
import { unknownUses } from "./uses";

type Failures = { property: string; reason: string }[];

/** Loaded when the first certificate is made: reading and writing ASN.1 takes a while to load. */
const signing = () => import("./signing");

/** True in the last hours of a certificate's life, when the next update makes a new one. */
export function isDueForRenewal(validityEndTime: string | undefined, earlyRenewalHours: number, now = Date.now()) {
    return validityEndTime !== undefined && now >= Date.parse(validityEndTime) - earlyRenewalHours * 3_600_000;
}

function checkWholeHours(news: Properties, property: string): Failures {
    const value = news[property];
    if (value === undefined || hasUnknown(value) || (Number.isInteger(value) && (value as number) >= 0)) return [];
    return [{ property, reason: `expected ${property} to be a whole number of hours, got ${JSON.stringify(value)}` }];
}

/** Write-only keys exist only in the official provider. */
function checkKey(news: Properties, property: string): Failures {
    if (news[property] !== undefined) return [];
    const reason = `${property} is required (the stand-in for the tls provider has no write-only inputs)`;
    return [{ property, reason }];
}

function checkCertificate(news: Properties, key: string) {
    const uses = Array.isArray(news.allowedUses) ? news.allowedUses.filter((use) => !hasUnknown(use)).map(String) : [];
    const wrong = unknownUses(uses).map((use) => ({ property: "allowedUses", reason: `${use} is not a key usage` }));
    const hours = ["validityPeriodHours", "earlyRenewalHours"].flatMap((property) => checkWholeHours(news, property));
    return { inputs: news, failures: [...wrong, ...hours, ...checkKey(news, key)] };
}

/** earlyRenewalHours is about us, not about the certificate; everything else is in it and makes a new one. */
function diffCertificate(request: DiffRequest) {
    const difference = replaceUnless(request, ["earlyRenewalHours"]);
    const early = numberAt(request.news, "earlyRenewalHours");
    if (!isDueForRenewal(textAt(request.state, "validityEndTime"), early)) return difference;
    return {
        changes: [...difference.changes, { path: "readyForRenewal", kind: "update" as const }],
        replaces: [...difference.replaces, "readyForRenewal"],
    };
}

/** The parts of a certificate's state that follow from its life time. */
function lifeTime(notBefore: Date, notAfter: Date) {
    return {
        validityStartTime: notBefore.toISOString(),
        validityEndTime: notAfter.toISOString(),
        readyForRenewal: false,
    };
}

/** The id is the serial number, in decimal. */
const serialId = (hex: string) => BigInt(`0x${hex}`).toString();

async function createSelfSigned({ news }: CreateRequest) {
    const { alternativeNames, distinguishedName, extensions, serialNumber, signingKey, validity, x509 } =
        await signing();
    const inputs = news as unknown as CertificateRules & Names & { privateKeyPem: string; subject?: Subject };
    const key = await signingKey(inputs.privateKeyPem);
    const subject = distinguishedName(inputs.subject);
    const { notBefore, notAfter } = validity(inputs.validityPeriodHours);
    const serial = serialNumber();
    const authority = news.setAuthorityKeyId ? [await x509.AuthorityKeyIdentifierExtension.create(key.publicKey)] : [];
    const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial,
        subject,
        issuer: subject,
        notBefore,
        notAfter,
        signingAlgorithm: key.algorithm,
        publicKey: key.publicKey,
        signingKey: key.privateKey,
        extensions: [...(await extensions(inputs, key.publicKey)), ...authority, ...alternativeNames(inputs, subject)],
    });
    const state = { ...defaults, ...news, keyAlgorithm: key.name, certPem: `${certificate.toString("pem")}\n` };
    return { id: serialId(serial), state: { ...state, ...lifeTime(notBefore, notAfter) } };
}

async function createRequest({ news }: CreateRequest) {
    const { alternativeNames, distinguishedName, signingKey, x509 } = await signing();
    const inputs = news as unknown as Names & { privateKeyPem: string; subject?: Subject };
    const key = await signingKey(inputs.privateKeyPem);
    const name = distinguishedName(inputs.subject);
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
        name,
        keys: { privateKey: key.privateKey, publicKey: key.publicKey },
        signingAlgorithm: key.algorithm,
        extensions: alternativeNames(inputs, name),
    });
    const certRequestPem = `${request.toString("pem")}\n`;
    const id = crypto.createHash("sha1").update(certRequestPem).digest("hex");
    return { id, state: { ...news, keyAlgorithm: key.name, certRequestPem } };
}

/** Signs what the request asks for: its subject, its public key and its names; the rules are those of the inputs. */
async function createLocallySigned({ news }: CreateRequest) {
    const { extensions, serialNumber, signingKey, validity, x509 } = await signing();
    const inputs = news as unknown as CertificateRules & {
        caPrivateKeyPem: string;
        caCertPem: string;
        certRequestPem: string;
    };
    const request = new x509.Pkcs10CertificateRequest(inputs.certRequestPem);
    if (!(await request.verify())) throw new Error("certRequestPem: the signature of the request is not valid");
    const issuer = new x509.X509Certificate(inputs.caCertPem);
    const key = await signingKey(inputs.caPrivateKeyPem);
    const publicKey = await request.publicKey.export();
    const { notBefore, notAfter } = validity(inputs.validityPeriodHours);
    const serial = serialNumber();
    const issuerKeyId = issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
    const authority = issuerKeyId ? [new x509.AuthorityKeyIdentifierExtension(issuerKeyId)] : [];
    const names = request.extensions.filter((extension) => extension instanceof x509.SubjectAlternativeNameExtension);
    const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial,
        subject: request.subjectName.toJSON(),
        issuer: issuer.subjectName.toJSON(),
        notBefore,
        notAfter,
        signingAlgorithm: key.algorithm,
        publicKey,
        signingKey: key.privateKey,
        extensions: [...(await extensions(inputs, publicKey)), ...authority, ...names],
    });
    const state = { ...defaults, ...news, caKeyAlgorithm: key.name, certPem: `${certificate.toString("pem")}\n` };
    return { id: serialId(serial), state: { ...state, ...lifeTime(notBefore, notAfter) } };
}

/** What the official provider fills in, so that the state reads the same with either. */
const defaults = { earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false };

const certificateOutputs = ["certPem", "validityStartTime", "validityEndTime", "readyForRenewal"];

function readCertificate({ id, inputs, state }: { id: string; inputs: Properties; state: Properties }) {
    const early = numberAt(state, "earlyRenewalHours");
    const readyForRenewal = isDueForRenewal(textAt(state, "validityEndTime"), early);
    return Promise.resolve({ id, inputs, state: { ...state, readyForRenewal } });
}

/** `tls.SelfSignedCert`. */
export const selfSignedCert: ResourceType = {
    check: ({ news }: CheckRequest) => checkCertificate(news, "privateKeyPem"),
    diff: diffCertificate,
    create: createSelfSigned,
    read: readCertificate,
    secretOutputs: ["privateKeyPem"],
    computed: [...certificateOutputs, "keyAlgorithm"],
};

/** `tls.CertRequest`. */
export const certRequest: ResourceType = {
    check: ({ news }: CheckRequest) => ({ inputs: news, failures: checkKey(news, "privateKeyPem") }),
    create: createRequest,
    secretOutputs: ["privateKeyPem"],
    computed: ["certRequestPem", "keyAlgorithm"],
};

/** `tls.LocallySignedCert`. */
export const locallySignedCert: ResourceType = {
    check: ({ news }: CheckRequest) => checkCertificate(news, "caPrivateKeyPem"),
    diff: diffCertificate,
    create: createLocallySigned,
    read: readCertificate,
    secretOutputs: ["caPrivateKeyPem"],
    computed: [...certificateOutputs, "caKeyAlgorithm"],
};

import {
    atLeast,
    type CreateRequest,
    type DiffRequest,
    differenceOf,
    expect,
    type Failure,
    type ResourceType,
    unavailable,
} from "../resourceType";
import { hasUnknown, isObject, type Properties } from "../values";
import { identifierOf } from "./identifier";
import { isDueForRenewal, validity } from "./validity";

/** Loaded when the first certificate is created: what reads and writes ASN.1 takes a while to load. */
const signing = () => import("./signing");

const uses = ["digital_signature", "key_encipherment", "cert_signing", "crl_signing", "server_auth", "client_auth"];

function checkKnown(news: Properties, required: string[]): Failure[] {
    const missing = required.filter((property) => news[property] === undefined);
    return missing.map((property) => ({ property, reason: `${property} is required by the stand-in provider` }));
}

function checkSubject({ subject }: Properties): Failure[] {
    return isObject(subject) ? unavailable(["commonName"], subject, "subject") : [];
}

function checkCertificate(news: Properties): Failure[] {
    const given = Array.isArray(news.allowedUses) ? news.allowedUses.filter((use) => !hasUnknown(use)) : [];
    const property = "allowedUses";
    return [
        ...given
            .filter((use) => !uses.includes(use))
            .map((use) => ({ property, reason: `${use} is not a key usage of the stand-in provider` })),
        ...["validityPeriodHours", "earlyRenewalHours"].flatMap((hours) =>
            expect(news, hours, atLeast(0), "an integer number of hours"),
        ),
    ];
}

/** `readyForRenewal` of a new certificate, and of one whose `earlyRenewalHours` changed. */
function readiness({ validityPeriodHours, earlyRenewalHours = 0 }: Properties): { readyForRenewal: boolean } {
    return { readyForRenewal: (earlyRenewalHours as number) >= (validityPeriodHours as number) };
}

/** Everything but `earlyRenewalHours` is part of the certificate, or needs a new one; so does the time of its renewal. */
function diffCertificate(type: ResourceType, request: DiffRequest) {
    const difference = differenceOf(type, request);
    if (!isDueForRenewal(request.state.validityEndTime, request.news.earlyRenewalHours)) return difference;
    return {
        changes: [...difference.changes, { path: "readyForRenewal", kind: "update" as const }],
        replaces: [...difference.replaces, "readyForRenewal"],
    };
}

const certificateType = {
    inPlace: ["earlyRenewalHours"],
    update: ({ news }: { news: Properties }) => readiness(news),
    read: (state: Properties) => {
        const isDue = isDueForRenewal(state.validityEndTime, state.earlyRenewalHours);
        return isDue ? { ...state, readyForRenewal: true } : state;
    },
};

const certificateDefaults = {
    earlyRenewalHours: 0,
    isCaCertificate: false,
    setSubjectKeyId: false,
    readyForRenewal: false,
};

const certificateOutputs = ["certPem", "validityStartTime", "validityEndTime"];

const toPem = (encoded: { toString(format: "pem"): string }) => `${encoded.toString("pem")}\n`;

/** The identifier of a certificate is its serial number, in decimal. */
const serialId = (hex: string) => BigInt(`0x${hex}`).toString();

async function createSelfSigned({ news }: CreateRequest) {
    const { serialNumber, signingKey, usageExtensions, x509 } = await signing();
    const { commonName } = (news.subject ?? {}) as { commonName?: string };
    const isAuthority = news.isCaCertificate === true;
    if (isAuthority && !commonName) {
        throw new Error("Must contain at least one Distinguished Name when creating Certificate Authority (CA)");
    }
    const key = await signingKey(news.privateKeyPem as string);
    const subject = commonName ? [{ CN: [commonName] }] : [];
    const hasKeyId = isAuthority || news.setSubjectKeyId === true;
    const { notBefore, notAfter, ...times } = validity(news.validityPeriodHours as number);
    const serial = serialNumber();
    const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial,
        subject,
        issuer: subject,
        notBefore,
        notAfter,
        signingAlgorithm: key.algorithm,
        publicKey: key.publicKey,
        signingKey: key.privateKey,
        extensions: [
            ...usageExtensions(isAuthority, news.allowedUses as string[]),
            ...(hasKeyId ? [await x509.SubjectKeyIdentifierExtension.create(key.publicKey)] : []),
        ],
    });
    const state = { keyAlgorithm: key.name, certPem: toPem(certificate), ...times, ...readiness(news) };
    return { id: serialId(serial), state };
}

/** `tls.SelfSignedCert` of an authority, or of a server that certifies itself. */
export const selfSignedCert: ResourceType = {
    ...certificateType,
    inputs: [
        "privateKeyPem",
        "subject",
        "isCaCertificate",
        "setSubjectKeyId",
        "validityPeriodHours",
        "earlyRenewalHours",
        "allowedUses",
    ],
    defaults: { ...certificateDefaults, setAuthorityKeyId: false },
    secretOutputs: ["privateKeyPem"],
    computed: [...certificateOutputs, "keyAlgorithm"],
    check: (news) => [...checkKnown(news, ["privateKeyPem"]), ...checkSubject(news), ...checkCertificate(news)],
    diff: (request) => diffCertificate(selfSignedCert, request),
    create: createSelfSigned,
};

/** `tls.CertRequest`. */
export const certRequest: ResourceType = {
    inputs: ["privateKeyPem", "subject", "dnsNames", "ipAddresses"],
    secretOutputs: ["privateKeyPem"],
    computed: ["certRequestPem", "keyAlgorithm"],
    check: (news) => [...checkKnown(news, ["privateKeyPem", "subject"]), ...checkSubject(news)],
    async create({ news }) {
        const { alternativeNames, signingKey, x509 } = await signing();
        const key = await signingKey(news.privateKeyPem as string);
        const { commonName } = news.subject as { commonName: string };
        const request = await x509.Pkcs10CertificateRequestGenerator.create({
            name: [{ CN: [commonName] }],
            keys: { privateKey: key.privateKey, publicKey: key.publicKey },
            signingAlgorithm: key.algorithm,
            extensions: alternativeNames(news.dnsNames as string[], news.ipAddresses as string[]),
        });
        const id = identifierOf(Buffer.from(request.rawData));
        return { id, state: { keyAlgorithm: key.name, certRequestPem: toPem(request) } };
    },
};

/** Signs the request's subject, public key and names; the inputs say the rest. */
async function createLocallySigned({ news }: CreateRequest) {
    const { decodePem, serialNumber, signingKey, usageExtensions, x509 } = await signing();
    const request = new x509.Pkcs10CertificateRequest(decodePem(news.certRequestPem as string, "CERTIFICATE REQUEST"));
    const key = await signingKey(news.caPrivateKeyPem as string);
    const issuer = new x509.X509Certificate(decodePem(news.caCertPem as string, "CERTIFICATE"));
    if (!Buffer.from(issuer.publicKey.rawData).equals(key.spki)) {
        throw new Error("x509: provided PrivateKey doesn't match parent's PublicKey");
    }
    const { notBefore, notAfter, ...times } = validity(news.validityPeriodHours as number);
    const serial = serialNumber();
    const issuerKeyId = issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
    const isSameName = issuer.subject === request.subject;
    const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial,
        subject: request.subjectName.toJSON(),
        issuer: issuer.subjectName.toJSON(),
        notBefore,
        notAfter,
        signingAlgorithm: key.algorithm,
        publicKey: await request.publicKey.export(),
        signingKey: key.privateKey,
        extensions: [
            ...usageExtensions(false, news.allowedUses as string[]),
            ...(issuerKeyId && !isSameName ? [new x509.AuthorityKeyIdentifierExtension(issuerKeyId)] : []),
            ...request.extensions.filter((extension) => extension instanceof x509.SubjectAlternativeNameExtension),
        ],
    });
    const state = { caKeyAlgorithm: key.name, certPem: toPem(certificate), ...times, ...readiness(news) };
    return { id: serialId(serial), state };
}

/** `tls.LocallySignedCert` of a server or client. */
export const locallySignedCert: ResourceType = {
    ...certificateType,
    inputs: [
        "certRequestPem",
        "caPrivateKeyPem",
        "caCertPem",
        "validityPeriodHours",
        "earlyRenewalHours",
        "allowedUses",
    ],
    defaults: certificateDefaults,
    secretOutputs: ["caPrivateKeyPem"],
    computed: [...certificateOutputs, "caKeyAlgorithm"],
    check: (news) => [...checkKnown(news, ["caPrivateKeyPem"]), ...checkCertificate(news)],
    diff: (request) => diffCertificate(locallySignedCert, request),
    create: createLocallySigned,
};

import { createPrivateKey, X509Certificate } from "node:crypto";
import { type Certificate, parseCertificates } from "../components/arguments/formats/certificate";
import { texts } from "./registryConfig";
import { items, kindOf, type Resource, text } from "./resource";

/** The first certificate of a TLS Secret; undefined for any other Secret. */
export function certificateOf(resource: Resource): X509Certificate | undefined {
    const pem = tlsSecretOf(resource)?.certificate;
    try {
        return pem === undefined ? undefined : new X509Certificate(pem);
    } catch {
        return undefined;
    }
}

/** A certificate in a Secret, as far as it is known. */
export interface StoredCertificate {
    /** Its key in the Secret. */
    readonly name: string;
    readonly certificate: string;
    /** Undefined unless it is a key that can be parsed. */
    readonly key: string | undefined;
}

/** The certificate of a TLS Secret; undefined for other Secrets, and while it is unknown. */
export function tlsSecretOf(resource: Resource): StoredCertificate | undefined {
    if (kindOf(resource) !== "Secret" || text(() => resource.props.type) !== "kubernetes.io/tls") return undefined;
    const content = new Map(texts(resource));
    const certificate = content.get("tls.crt");
    return certificate === undefined ? undefined : stored("tls.crt", certificate, content.get("tls.key"));
}

/** The certificates of a Secret: that of a TLS Secret, and those with a private key, e.g. `domain.crt` with `domain.key`. */
export function storedCertificates(resource: Resource): StoredCertificate[] {
    if (kindOf(resource) !== "Secret") return [];
    const tls = tlsSecretOf(resource);
    const content = new Map(texts(resource));
    const others = [...content].flatMap(([name, certificate]) => {
        const [, base] = /^(.+)\.(?:crt|cer|cert)$/.exec(name) ?? [];
        const key = content.get(`${base}.key`);
        return base === undefined || key === undefined || name === tls?.name ? [] : [stored(name, certificate, key)];
    });
    return [...(tls ? [tls] : []), ...others];
}

function stored(name: string, certificate: string, key: string | undefined): StoredCertificate {
    return { name, certificate, key: isKey(key) ? key : undefined };
}

function isKey(pem: string | undefined): boolean {
    try {
        return pem !== undefined && createPrivateKey(pem) !== undefined;
    } catch {
        return false;
    }
}

/** The certificates in a string; undefined if it contains anything else. */
export function parsedCertificates(pem: string): Certificate[] | undefined {
    try {
        return parseCertificates(pem);
    } catch {
        return undefined;
    }
}

/** The names that cert-manager requests for the certificate in a Secret; undefined for other resources. */
export function requestedNames(resource: Resource): { dnsNames: string[]; ipAddresses: string[] } | undefined {
    const { type, props } = resource;
    if (kindOf(resource) !== "Certificate" || !type.startsWith("kubernetes:cert-manager.io/")) return undefined;
    const strings = (list: unknown[]) => list.filter((item): item is string => typeof item === "string");
    return {
        dnsNames: strings(items(() => props.spec?.dnsNames)),
        ipAddresses: strings(items(() => props.spec?.ipAddresses)),
    };
}

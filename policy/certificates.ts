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

/** The content of a TLS Secret, as far as it is known. */
export interface TlsSecret {
    readonly certificate: string;
    /** Undefined unless it is a key that can be parsed. */
    readonly key: string | undefined;
}

/** Undefined for other Secrets, and while the certificate is unknown. */
export function tlsSecretOf(resource: Resource): TlsSecret | undefined {
    if (kindOf(resource) !== "Secret" || text(() => resource.props.type) !== "kubernetes.io/tls") return undefined;
    const content = new Map(texts(resource));
    const certificate = content.get("tls.crt");
    const key = content.get("tls.key");
    return certificate === undefined ? undefined : { certificate, key: isKey(key) ? key : undefined };
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

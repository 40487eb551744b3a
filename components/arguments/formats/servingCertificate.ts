import { createPrivateKey } from "node:crypto";
import { type Certificate, parseCertificates } from "./certificate";
import { isTrusted, mayServe, periodFault, placeFault, type Rejected, wholeFault } from "./chain";
import { namesCover, withoutPort } from "./hostNames";
import { algorithmFault, isSigned, keyFault, signatureFault } from "./signatures";

/** A server's certificate with its chain, PEM-encoded, and what is known of its key, its CA and its use. */
export interface ServingCertificate {
    /** The server's certificate, followed by its intermediate certificates. */
    readonly certificate: string;
    /** A private key that can be parsed. */
    readonly key?: string;
    /** The CA certificates that clients trust; undefined if they are unknown, as for a public CA. */
    readonly caCertPem?: string;
    /**
     * Host names or IP addresses that clients use, with optional ports; undefined if the use of the certificate is unknown, so that it
     * may be a client's, or a CA's for an issuer.
     */
    readonly hosts?: readonly string[];
}

export interface CertificateFault {
    readonly field: "certificate" | "key" | "caCertPem";
    /** What is wrong and what to do. It repeats no key. */
    readonly reason: string;
}

/**
 * Why Go clients, such as containerd and Docker, would reject a server with this certificate: what crypto/x509 and crypto/tls of Go 1.26
 * check. In addition, each certificate must be signed by the next one, which TLS 1.2 requires. Certificate policies, revocation, and
 * constraints on e-mail addresses and URIs are not checked. The PEM-encoded values must be parsable.
 */
export function servingFaults(given: ServingCertificate, now = new Date()): CertificateFault[] {
    const chain = parseCertificates(given.certificate);
    const [leaf] = chain;
    const key = given.key === undefined ? firstProblem(chain) : keyProblem(given.key, chain);
    // Everything else would be about the wrong certificate.
    if (key?.field === "certificate") return [key];
    const reasons = [...leafReasons(leaf, now), ...(given.hosts === undefined ? [] : useReasons(leaf, given.hosts))];
    const own = reasons.map((reason) => ({ field: "certificate" as const, reason }));
    const trust = orderFault(chain) ?? trustFault(chain, given.caCertPem, now);
    return [...(key ? [key] : []), ...own, ...(trust ? [trust] : [])];
}

/** Without the key, only a CA certificate before a server's is certainly misplaced. */
function firstProblem([first, ...others]: readonly Certificate[]): CertificateFault | undefined {
    const isMisplaced = first.isAuthority === true && others.some(({ isAuthority }) => !isAuthority);
    return isMisplaced ? { field: "certificate", reason: `begins with a CA certificate; ${inOrder}` } : undefined;
}

function keyProblem(pem: string, chain: readonly Certificate[]): CertificateFault | undefined {
    const key = createPrivateKey(pem);
    const [leaf, ...others] = chain.map(({ x509 }) => x509.checkPrivateKey(key));
    if (leaf) return undefined;
    if (others.includes(true)) {
        const reason =
            "does not begin with the certificate of the key; put it first, and then each certificate that signs the previous one";
        return { field: "certificate", reason };
    }
    return { field: "key", reason: "does not match the certificate; set the key that the certificate was issued for" };
}

/** Problems with the server's certificate alone. */
function leafReasons(leaf: Certificate, now: Date): string[] {
    const period = periodFault(leaf, now);
    const weakKey = keyFault(leaf.publicKey, "handshake");
    const faults: (string | undefined)[] = [
        leaf.fault && `${leaf.fault}; issue it again`,
        period && `${period}; set one that is valid now`,
        weakKey && `${weakKey}; issue it for another key`,
    ];
    return faults.filter((fault) => fault !== undefined);
}

/** Problems with the names and the use of the certificate. */
function useReasons(leaf: Certificate, hosts: readonly string[]): string[] {
    const use = "is not for server authentication; issue it with the extended key usage serverAuth, or without any";
    const missing = [...new Set(hosts.map(withoutPort))].filter((host) => !namesCover(leaf, host));
    return [...(mayServe(leaf) ? [] : [use]), ...missingNames(leaf, missing)];
}

function missingNames(leaf: Certificate, hosts: readonly string[]): string[] {
    if (hosts.length > 0 && isNameless(leaf)) {
        return [
            `has no subject alternative names, and clients ignore its common name; issue it for ${hosts.join(", ")} as subject alternative names`,
        ];
    }
    const names = shortened(leaf.x509.subjectAltName || "nothing");
    return hosts.map((host) => `is not valid for ${host} but for ${names}; use one that covers all hosts`);
}

/** Whether clients accept a certificate for no name at all. */
export function isNameless({ alternativeNames }: Certificate): boolean {
    return alternativeNames === undefined;
}

function shortened(text: string): string {
    return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

const inOrder = "put the server's certificate first, and then each certificate that signs the previous one";

/** A certificate that is not signed by the next one. */
function orderFault(chain: readonly Certificate[]): CertificateFault | undefined {
    for (const [i, parent] of chain.entries()) {
        const child = chain[i - 1];
        if (child === undefined || (child.issuer.equals(parent.subject) && isSigned(child, parent))) continue;
        const reason = `is not a chain: ${nameOf(parent, chain)} did not sign ${nameOf(child, chain)}; ${inOrder}`;
        return { field: "certificate", reason };
    }
    return undefined;
}

function nameOf(cert: Certificate, chain: readonly Certificate[]): string {
    return `certificate ${chain.indexOf(cert) + 1} of ${chain.length} (${distinguishedName(cert.x509.subject)})`;
}

function distinguishedName(name: string | undefined): string {
    return shortened(name?.split("\n").join(", ") || "without a name");
}

function inChain(cert: Certificate, chain: readonly Certificate[], reason: string): CertificateFault {
    const about = chain.length > 1 ? `has ${nameOf(cert, chain)}, which ${reason}` : reason;
    return { field: "certificate", reason: `${about}; ${again}` };
}

const again = "let the CA issue it again";

function trustFault(chain: readonly Certificate[], caCertPem: string | undefined, now: Date) {
    const broken = chain.slice(1).find(({ fault }) => fault !== undefined);
    if (broken?.fault !== undefined) return inChain(broken, chain, broken.fault);
    return caCertPem === undefined ? publicFault(chain, now) : privateFault(chain, parseCertificates(caCertPem), now);
}

/** The trusted CA is unknown: the issuer of the last certificate, or the last certificate itself if it is self-signed. */
function publicFault(chain: readonly Certificate[], now: Date): CertificateFault | undefined {
    const last = chain[chain.length - 1];
    const isSelfSigned = last.issuer.equals(last.subject);
    const weak = (isSelfSigned ? chain.slice(0, -1) : chain).find((cert) => algorithmFault(cert) !== undefined);
    if (weak !== undefined) return inChain(weak, chain, algorithmFault(weak) ?? "");
    for (const [i, cert] of chain.entries()) {
        if (i === 0) continue;
        const place = isSelfSigned && cert === last ? "root" : "intermediate";
        const reason = signatureFault(chain[i - 1], cert) ?? placeFault(cert, place, chain.slice(0, i), now);
        if (reason !== undefined) return inChain(cert, chain, reason);
    }
    const whole = wholeFault(chain);
    return whole === undefined ? undefined : { field: "certificate", reason: `has a CA that ${whole}; ${again}` };
}

function privateFault(chain: readonly Certificate[], roots: readonly Certificate[], now: Date) {
    const [leaf, ...further] = chain;
    const rejected: Rejected[] = [];
    if (isTrusted([leaf], further, roots, now, rejected)) return undefined;
    const weak = chain.find((cert) => rejected.some(({ reason }) => reason === algorithmFault(cert)));
    if (weak !== undefined) return inChain(weak, chain, algorithmFault(weak) ?? "");
    // The last one is the closest to a trusted certificate.
    const nearest = rejected.at(-1);
    if (nearest !== undefined && further.includes(nearest.cert)) return inChain(nearest.cert, chain, nearest.reason);
    if (nearest !== undefined) return caFault(nearest.reason);
    const issuer = distinguishedName(chain[chain.length - 1].x509.issuer);
    return caFault(`did not sign the certificate, whose issuer is ${issuer}`);
}

function caFault(reason: string): CertificateFault {
    const advice =
        "set the CA that signed the certificate, and add missing intermediate certificates to the certificate";
    return { field: "caCertPem", reason: `${reason}; ${advice}` };
}

/**
 * Why clients that trust these CA certificates trust nothing; undefined if one of them can be used now. A server's own certificate can
 * be trusted too.
 */
export function authorityFault(pem: string, now = new Date()): string | undefined {
    const all = parseCertificates(pem);
    const reasons = all.map((cert) => cert.fault ?? periodFault(cert, now) ?? useFault(cert));
    if (reasons.includes(undefined)) return undefined;
    const reason =
        all.length === 1
            ? reasons[0]
            : `has ${nameOf(all[0], all)}, which ${reasons[0]}, and no other that can be used`;
    return `${reason}; set a CA certificate that is valid now`;
}

function useFault(cert: Certificate): string | undefined {
    const isServer = cert.dnsNames.length + cert.ipAddresses.length > 0 && mayServe(cert);
    const isAuthority = (cert.isAuthority ?? cert.version < 3) && cert.maySign !== false;
    return isAuthority || isServer ? undefined : "is not a CA certificate (basic constraints and key usage)";
}

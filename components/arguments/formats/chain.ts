import type { Certificate } from "./certificate";
import { forbiddenName } from "./nameConstraints";
import { signatureFault } from "./signatures";

/** Where a certificate is in a chain. */
export type Place = "leaf" | "intermediate" | "root";

/** When a certificate is valid, if not now; undefined if it is. */
export function periodFault({ notBefore, notAfter }: Certificate, now: Date): string | undefined {
    const day = (date: Date) => date.toISOString().replace(".000Z", "Z");
    if (now < notBefore) return `is not valid before ${day(notBefore)}`;
    return now > notAfter ? `expired on ${day(notAfter)}` : undefined;
}

/** Why a certificate cannot follow these in a chain, regardless of its signature; undefined if it can. */
export function placeFault(cert: Certificate, place: Place, chain: readonly Certificate[], now: Date) {
    if (cert.fault !== undefined) return cert.fault;
    const child = chain.at(-1);
    if (child !== undefined && !child.issuer.equals(cert.subject)) return "has another name than the issuer";
    const period = periodFault(cert, now);
    if (period !== undefined) return period;
    if (place === "intermediate" && !cert.isAuthority) return "is not a CA certificate (basic constraints)";
    const tooLong = cert.longestPath !== undefined && chain.length - 1 > cert.longestPath;
    return tooLong ? `may sign for at most ${cert.longestPath} further CA certificates (path length)` : undefined;
}

const serverAuth = "1.3.6.1.5.5.7.3.1";
const anyUse = "2.5.29.37.0";

/** Whether a certificate's extended key usage lets it, and those that it signs, serve TLS. */
export function mayServe({ uses }: Certificate): boolean {
    return uses.length === 0 || uses.includes(serverAuth) || uses.includes(anyUse);
}

/** Why the CAs of a chain may not sign for its first certificate, although each one signed the previous one; undefined if they may. */
export function wholeFault(chain: readonly Certificate[]): string | undefined {
    if (!chain.slice(1).every(mayServe)) return "is not for server authentication (extended key usage)";
    for (const [i, issuer] of chain.entries()) {
        for (const cert of chain.slice(0, i)) {
            const name = issuer.constraints && forbiddenName(issuer.constraints, cert);
            if (name !== undefined) return `may not sign for ${name} (name constraints)`;
        }
    }
    return undefined;
}

/** A certificate that cannot be the next one of a chain, and why. */
export interface Rejected {
    readonly cert: Certificate;
    readonly reason: string;
}

/**
 * Whether there is a chain from a certificate to a trusted one, over the further ones in any order: what Go's Verify decides.
 * `rejected` receives every candidate that has the right name.
 */
export function isTrusted(
    chain: readonly Certificate[],
    further: readonly Certificate[],
    roots: readonly Certificate[],
    now: Date,
    rejected: Rejected[],
): boolean {
    const [leaf] = chain;
    const last = chain[chain.length - 1];
    if (chain.length === 1 && roots.some(({ x509 }) => x509.raw.equals(leaf.x509.raw)))
        return wholeFault(chain) === undefined;
    const tries: [Place, readonly Certificate[]][] = [
        ["root", roots],
        ["intermediate", further],
    ];
    return tries.some(([place, candidates]) =>
        candidates.some((cert) => {
            if (!last.issuer.equals(cert.subject) || chain.some((earlier) => isSame(earlier, cert))) return false;
            const longer = [...chain, cert];
            const reason =
                signatureFault(last, cert) ??
                placeFault(cert, place, chain, now) ??
                (place === "root" ? wholeFault(longer) : undefined);
            if (reason !== undefined) rejected.push({ cert, reason });
            if (reason !== undefined || place === "root") return reason === undefined;
            return isTrusted(longer, further, roots, now, rejected);
        }),
    );
}

/** Whether two certificates have the same names and key: a chain does not lead through both. */
function isSame(one: Certificate, other: Certificate): boolean {
    const [names, otherNames] = [one.alternativeNames, other.alternativeNames];
    const sameNames = names === undefined || otherNames === undefined ? names === otherNames : names.equals(otherNames);
    return one.subject.equals(other.subject) && one.publicKeyInfo.equals(other.publicKeyInfo) && sameNames;
}

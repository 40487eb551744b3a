import { mayServe } from "../../components/arguments/formats/chain";
import { hasPrivateKey } from "../../components/arguments/formats/pem";
import { isNameless, servingFaults } from "../../components/arguments/formats/servingCertificate";
import { parsedCertificates, type TlsSecret, tlsSecretOf } from "../certificates";
import { texts } from "../registryConfig";
import { kindOf, type Resource } from "../resource";
import { resourceRule } from "../rule";

export const validCertificate = resourceRule({
    name: "valid-certificate",
    what: "A TLS Secret holds a certificate that containerd and Docker accept, with its key in `tls.key` only.",
    why: "They reject an expired certificate, one with a common name only, and an incomplete chain. A key next to a certificate is copied with it.",
    fix: "Store a certificate that is valid now and has subject alternative names in `tls.crt`, followed by its intermediate certificates.",
    severity: "high",
    settings: {},
    check: (resource) => {
        const secret = tlsSecretOf(resource);
        const open = keysInTheOpen(resource);
        return [
            ...open.map((key) => `The Secret's key "${key}" contains a private key next to a certificate`),
            ...(secret === undefined || open.includes("tls.crt") ? [] : certificateProblems(secret)),
        ];
    },
});

/** Keys of a Secret for certificates that also contain a private key. */
function keysInTheOpen(resource: Resource): string[] {
    if (kindOf(resource) !== "Secret") return [];
    return texts(resource)
        .filter(([key, content]) => /\.(crt|cer|cert)$/.test(key) && hasPrivateKey(content))
        .map(([key]) => key);
}

function certificateProblems({ certificate, key }: TlsSecret): string[] {
    const [leaf] = parsedCertificates(certificate) ?? [];
    if (leaf === undefined) return ["The Secret's `tls.crt` is not a PEM-encoded certificate"];
    const isServers = !leaf.isAuthority && mayServe(leaf);
    return [
        ...servingFaults({ certificate, ...(key !== undefined && { key }) }).map(({ field, reason }) =>
            field === "key" ? `The Secret's key ${withoutAdvice(reason)}` : `The certificate ${withoutAdvice(reason)}`,
        ),
        ...(isServers && isNameless(leaf)
            ? ["The certificate has no subject alternative names, and clients ignore its common name"]
            : []),
    ];
}

/** The rule's `fix` says what to do. */
export function withoutAdvice(reason: string): string {
    return reason.split("; ")[0];
}

import { mayServe } from "../../components/arguments/formats/chain";
import { hasPrivateKey } from "../../components/arguments/formats/pem";
import { isNameless, servingFaults } from "../../components/arguments/formats/servingCertificate";
import { parsedCertificates, type StoredCertificate, storedCertificates } from "../certificates";
import { texts } from "../registryConfig";
import { kindOf, type Resource } from "../resource";
import { resourceRule } from "../rule";

export const validCertificate = resourceRule({
    name: "valid-certificate",
    what: "A Secret with a certificate and its key holds what containerd and Docker accept, each in a separate key.",
    why: "They reject an expired certificate, one with a common name only, and an incomplete chain. A key next to a certificate is copied with it.",
    fix: "Store a certificate that is valid now and has subject alternative names, followed by its intermediate certificates. Store its private key in `tls.key` only.",
    severity: "high",
    settings: {},
    check: (resource) => {
        const open = keysInTheOpen(resource);
        const others = storedCertificates(resource).filter(({ name }) => !open.includes(name));
        return [
            ...open.map((key) => `The Secret's key "${key}" contains a private key next to a certificate`),
            ...others.flatMap(certificateProblems),
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

function certificateProblems({ name, certificate, key }: StoredCertificate): string[] {
    const [leaf] = parsedCertificates(certificate) ?? [];
    if (leaf === undefined) return [`The Secret's key "${name}" is not a PEM-encoded certificate`];
    const isServers = !leaf.isAuthority && mayServe(leaf);
    return [
        ...servingFaults({ certificate, ...(key !== undefined && { key }) }).map(({ field, reason }) =>
            field === "key"
                ? `The private key ${withoutAdvice(reason)}`
                : `The certificate in "${name}" ${withoutAdvice(reason)}`,
        ),
        ...(isServers && isNameless(leaf)
            ? [`The certificate in "${name}" has no subject alternative names, and clients ignore its common name`]
            : []),
    ];
}

/** The rule's `fix` says what to do. */
export function withoutAdvice(reason: string): string {
    return reason.split("; ")[0];
}

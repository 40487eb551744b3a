import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { parseCertificates } from "../arguments/formats/certificate";
import { servingFaults } from "../arguments/formats/servingCertificate";
import { authorityPem, certificatePem, dnsName, privateKeyPem } from "../arguments/rules";
import { fields, required, secret } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import type { Certificate, CertificateNames } from "./certificate";
import { tlsSecret } from "./tlsSecret";

/** An existing TLS Secret that is managed and renewed outside this component. */
export interface ExistingCertificate {
    /** Name of the Secret, of type `kubernetes.io/tls`, in the registry's namespace. `pulumi up` waits until it exists. */
    name: pulumi.Input<string>;
    /** CA certificates that clients and nodes must trust, PEM-encoded. Omit it if the certificate is publicly trusted. */
    caCertPem?: pulumi.Input<string>;
}

/** A certificate that you supply, PEM-encoded. */
export interface PemCertificate {
    /**
     * Certificate, followed by its intermediate certificates, PEM-encoded (`tls.crt`), each signed by the next one. It must be what
     * containerd and Docker accept: valid now, with all hosts as subject alternative names, and for server authentication. A private
     * key in it is rejected, because it would be stored in the clear.
     */
    certificate: pulumi.Input<string>;
    /** Private key, PEM-encoded, without a passphrase (`tls.key`). Secret. */
    key: pulumi.Input<string>;
    /** CA certificates that clients and nodes must trust, PEM-encoded. Omit it if the certificate is publicly trusted. */
    caCertPem?: pulumi.Input<string>;
}

export const existingCertificateRules = fields<ExistingCertificate>({
    name: required(dnsName, "name the Secret"),
    caCertPem: authorityPem,
});

/** `keyName`: the stack configuration value with the private key. */
export function pemCertificateRules(keyName: string) {
    return fields<PemCertificate>({
        certificate: required(certificatePem, "set it, PEM-encoded"),
        key: required(secret(privateKeyPem, { key: keyName, file: "key.pem" }), "set it, PEM-encoded"),
        caCertPem: authorityPem,
    });
}

/**
 * Problems of a certificate with its key, its CA and the hosts, as far as they are known: values that are Outputs are checked by
 * `usePem`. The key is not repeated.
 */
export function pemProblems(path: string, args: PemCertificate | undefined, hosts: readonly unknown[]): Problem[] {
    const { certificate, key, caCertPem } = args ?? {};
    if (typeof certificate !== "string") return [];
    const faults = servingFaults({
        certificate,
        ...(typeof key === "string" && { key }),
        ...(typeof caCertPem === "string" && { caCertPem }),
        hosts: hosts.filter((host) => typeof host === "string"),
    });
    return faults.map(({ field, reason }) => ({ path: `${path}.${field}`, reason }));
}

export function useExisting(args: ExistingCertificate): Certificate {
    return {
        secretName: pulumi.output(args.name),
        ownsSecret: false,
        isRenewedOutside: true,
        caCertPem: args.caCertPem === undefined ? undefined : pulumi.output(args.caCertPem),
        expiry: pulumi.output(""),
        coversClusterNames: false,
        ready: [],
    };
}

/** Stores the certificate in a Secret, after validating it with its key, its CA and the hosts. */
export function usePem(
    scope: Scope,
    { hosts }: Pick<CertificateNames, "hosts">,
    path: string,
    part: string,
    args: PemCertificate,
): Certificate {
    const key = pulumi.secret(args.key);
    const certificate = pulumi
        .all([args.certificate, key, pulumi.output(args.caCertPem), pulumi.all(hosts)])
        .apply(([pem, keyPem, caCertPem, names]) => {
            return scope.unlessProblems(pemProblems(path, { certificate: pem, key: keyPem, caCertPem }, names), pem);
        });
    const open = pulumi.unsecret(certificate);
    return {
        secretName: tlsSecret(scope, part, open, key),
        ownsSecret: true,
        isRenewedOutside: false,
        caCertPem: args.caCertPem === undefined ? undefined : pulumi.output(args.caCertPem),
        expiry: open.apply((pem) => parseCertificates(pem)[0].notAfter.toISOString().replace(".000Z", "Z")),
        coversClusterNames: false,
        ready: [],
    };
}

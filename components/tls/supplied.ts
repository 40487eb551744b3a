import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { certificatePem, dnsName, privateKeyPem } from "../arguments/rules";
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
    /** Certificate, followed by its intermediate certificates, PEM-encoded (`tls.crt`). It must be valid for all hosts. */
    certificate: pulumi.Input<string>;
    /** Private key, PEM-encoded, without a passphrase (`tls.key`). Secret. */
    key: pulumi.Input<string>;
    /** CA certificates that clients and nodes must trust, PEM-encoded. Omit it if the certificate is publicly trusted. */
    caCertPem?: pulumi.Input<string>;
}

export const existingCertificateRules = fields<ExistingCertificate>({
    name: required(dnsName, "name the Secret"),
    caCertPem: certificatePem,
});

/** `keyName`: the stack configuration value with the private key. */
export function pemCertificateRules(keyName: string) {
    return fields<PemCertificate>({
        certificate: required(certificatePem, "set it, PEM-encoded"),
        key: required(secret(privateKeyPem, { key: keyName, file: "key.pem" }), "set it, PEM-encoded"),
        caCertPem: certificatePem,
    });
}

/** Problems with a valid certificate and a valid key that do not match each other or the hosts. The key is not repeated. */
export function pairProblems(path: string, certificate: string, key: string, hosts: readonly string[]): Problem[] {
    const parsed = new X509Certificate(certificate);
    const problems: Problem[] = [];
    if (!parsed.checkPrivateKey(createPrivateKey(key))) {
        problems.push({
            path: `${path}.key`,
            reason: "does not match the certificate; set the key that the certificate was issued for",
        });
    }
    for (const host of hosts.map((given) => given.replace(/:\d+$/, ""))) {
        if ((isIP(host) ? parsed.checkIP(host) : parsed.checkHost(host)) !== undefined) continue;
        const reason = `is not valid for ${host} but for ${parsed.subjectAltName ?? "nothing"}; use one that covers all hosts`;
        problems.push({ path: `${path}.certificate`, reason });
    }
    return problems;
}

export function useExisting(args: ExistingCertificate): Certificate {
    return {
        secretName: pulumi.output(args.name),
        ownsSecret: false,
        checksum: undefined,
        caCertPem: args.caCertPem === undefined ? undefined : pulumi.output(args.caCertPem),
        expiry: pulumi.output(""),
        coversClusterNames: false,
        ready: [],
    };
}

/** Stores the certificate in a Secret, after validating that it matches its key and the hosts. */
export function usePem(
    scope: Scope,
    { hosts }: Pick<CertificateNames, "hosts">,
    path: string,
    part: string,
    args: PemCertificate,
): Certificate {
    const key = pulumi.secret(args.key);
    const certificate = pulumi.all([args.certificate, key, pulumi.all(hosts)]).apply(([pem, keyPem, names]) => {
        scope.refuse(pairProblems(path, pem, keyPem, names));
        return pem;
    });
    const open = pulumi.unsecret(certificate);
    return {
        ...tlsSecret(scope, part, open, key),
        ownsSecret: true,
        caCertPem: args.caCertPem === undefined ? undefined : pulumi.output(args.caCertPem),
        expiry: open.apply((pem) => new Date(new X509Certificate(pem).validTo).toISOString().replace(".000Z", "Z")),
        coversClusterNames: false,
        ready: [],
    };
}

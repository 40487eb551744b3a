import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { certificatePem, dnsName, privateKeyPem } from "../arguments/rules";
import { fields, required, secret } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import type { Certificate, CertificateNames } from "./certificate";
import { tlsSecret } from "./tlsSecret";

/** A certificate in a Secret that somebody else keeps and renews. */
export interface ExistingCertificate {
    /** Name of the Secret, of type kubernetes.io/tls, in the registry's namespace. `pulumi up` waits until it is there. */
    name: pulumi.Input<string>;
    /** The authority that clients and nodes must trust, in PEM form. Left out, it is one that they trust anyway. */
    caCertPem?: pulumi.Input<string>;
}

/** A certificate that you give. */
export interface PemCertificate {
    /** The certificate with its intermediate ones behind it, in PEM form. It must be valid for the host. */
    certificate: pulumi.Input<string>;
    /** Its private key, in PEM form, as a secret. */
    key: pulumi.Input<string>;
    /** The authority that clients and nodes must trust, in PEM form. Left out, it is one that they trust anyway. */
    caCertPem?: pulumi.Input<string>;
}

export const existingCertificateRules = fields<ExistingCertificate>({
    name: required(dnsName, "name the Secret"),
    caCertPem: certificatePem,
});

/** `keyName`: the value of a stack's configuration that holds the key. */
export function pemCertificateRules(keyName: string) {
    return fields<PemCertificate>({
        certificate: required(certificatePem, "give it in PEM form"),
        key: required(secret(privateKeyPem, { key: keyName, file: "key.pem" }), "give it in PEM form"),
        caCertPem: certificatePem,
    });
}

/** What is wrong with a certificate and key that are each right by themselves; nothing of the key is repeated. */
export function pairProblems(path: string, certificate: string, key: string, hosts: readonly string[]): Problem[] {
    const parsed = new X509Certificate(certificate);
    const problems: Problem[] = [];
    if (!parsed.checkPrivateKey(createPrivateKey(key))) {
        problems.push({
            path: `${path}.key`,
            reason: "is not the key of the certificate; give the one it was made with",
        });
    }
    for (const host of hosts.map((given) => given.replace(/:\d+$/, ""))) {
        if ((isIP(host) ? parsed.checkIP(host) : parsed.checkHost(host)) !== undefined) continue;
        const reason = `is not valid for ${host} but for ${parsed.subjectAltName ?? "nothing"}; get one for all hosts`;
        problems.push({ path: `${path}.certificate`, reason });
    }
    return problems;
}

export function useExisting(args: ExistingCertificate): Certificate {
    return {
        secretName: pulumi.output(args.name),
        checksum: undefined,
        caCertPem: args.caCertPem === undefined ? undefined : pulumi.output(args.caCertPem),
        expiry: pulumi.output(""),
        coversClusterNames: false,
        ready: [],
    };
}

/** Puts the certificate into a Secret after checking that it fits its key and the hosts. */
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
        caCertPem: args.caCertPem === undefined ? undefined : pulumi.output(args.caCertPem),
        expiry: open.apply((pem) => new Date(new X509Certificate(pem).validTo).toISOString().replace(".000Z", "Z")),
        coversClusterNames: false,
        ready: [],
    };
}

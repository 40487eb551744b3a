import type * as pulumi from "@pulumi/pulumi";
import type { Scope } from "../kubernetes/scope";
import { certify, KeyAlgorithm, privateKey, selfSign } from "./authority";

/** A certificate and its key, PEM-encoded. */
export interface InternalCertificate {
    readonly certPem: pulumi.Output<string>;
    readonly keyPem: pulumi.Output<string>;
}

export interface InternalCertificates {
    readonly caCertPem: pulumi.Output<string>;
    issue(use: "server" | "client", dnsNames: pulumi.Input<string>[]): InternalCertificate;
}

const validityDays = 825;
const renewBeforeDays = 180;

/**
 * Creates a CA for the connection between two parts of the registry, which only those two trust. Its certificates have a longer validity
 * and renewal period than the registry's, so that regular runs of `pulumi up` renew them, too.
 */
export function internalCertificates(scope: Scope, part: string): InternalCertificates {
    const commonName = scope.name(part);
    const ca = selfSign(scope, `${part}-ca`, `${commonName} certificate authority`, KeyAlgorithm.EcdsaP256);
    return {
        caCertPem: ca.certificate.certPem,
        issue(use, dnsNames) {
            const key = privateKey(scope, `${part}-${use}-key`, KeyAlgorithm.EcdsaP256);
            const { certPem } = certify(
                scope,
                `${part}-${use}`,
                { privateKeyPem: ca.key.privateKeyPem, certPem: ca.certificate.certPem },
                key,
                { commonName, dnsNames, validityDays, renewBeforeDays, use },
            );
            return { certPem, keyPem: key.privateKeyPem };
        },
    };
}

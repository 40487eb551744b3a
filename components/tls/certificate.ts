import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";

/** The names that a certificate should be valid for. */
export interface CertificateNames {
    /** Host names in image references, with optional ports. */
    readonly hosts: pulumi.Input<string>[];
    /** The Service's names and IP, and localhost. Public CAs issue no certificates for these. */
    readonly inCluster: pulumi.Input<string>[];
    /** Name of the registry's Service, the prefix of the names of Secrets. */
    readonly serviceName: string;
}

export interface Certificate {
    /** Name of the TLS Secret. It changes with each renewal, unless the certificate is renewed outside Pulumi. */
    readonly secretName: pulumi.Output<string>;
    /** Whether the component creates that Secret. */
    readonly ownsSecret: boolean;
    /** Whether something other than Pulumi renews the certificate in that Secret. */
    readonly isRenewedOutside: boolean;
    /** CA certificates that clients must trust, PEM-encoded; undefined if the certificate is publicly trusted. */
    readonly caCertPem: pulumi.Output<string> | undefined;
    /** End of validity, in RFC 3339 format; empty if the certificate is renewed outside Pulumi. */
    readonly expiry: pulumi.Output<string>;
    /** Whether it is valid for the Service's names and IP. */
    readonly coversClusterNames: boolean;
    /** Resources that must exist before the pods start. */
    readonly ready: pulumi.Resource[];
}

/** The subject alternative names for these names, in a fixed order. */
export function certificateNames(names: readonly string[]): { dnsNames: string[]; ipAddresses: string[] } {
    const all = [...new Set(names.map((name) => (isIP(name) ? name : name.replace(/:\d+$/, ""))))].sort();
    return { dnsNames: all.filter((name) => isIP(name) === 0), ipAddresses: all.filter((name) => isIP(name) !== 0) };
}

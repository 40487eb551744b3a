import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";

/** The names that a certificate should be valid for. */
export interface CertificateNames {
    /** Hosts that images are tagged with, with optional ports. */
    readonly hosts: pulumi.Input<string>[];
    /** The Service's names and IP, and localhost: only private CAs certify these. */
    readonly inCluster: pulumi.Input<string>[];
    /** Name of the registry's Service; names of Secrets begin with it. */
    readonly serviceName: string;
}

export interface Certificate {
    /** Name of the TLS Secret; another one after each renewal, unless it is renewed outside Pulumi. */
    readonly secretName: pulumi.Output<string>;
    /** Of the content; undefined if the certificate is renewed outside Pulumi. */
    readonly checksum: pulumi.Output<string> | undefined;
    /** CA certificates that clients must trust, PEM-encoded; undefined if the certificate is publicly trusted. */
    readonly caCertPem: pulumi.Output<string> | undefined;
    /** End of validity, RFC 3339; empty if the certificate is renewed outside Pulumi. */
    readonly expiry: pulumi.Output<string>;
    /** Whether it is valid for the Service's names and IP. */
    readonly coversClusterNames: boolean;
    /** What must be there before the pods start. */
    readonly ready: pulumi.Resource[];
}

/** Every name under which a client may reach the registry, in a fixed order. */
export function certificateNames(names: readonly string[]): { dnsNames: string[]; ipAddresses: string[] } {
    const all = [...new Set(names.map((name) => (isIP(name) ? name : name.replace(/:\d+$/, ""))))].sort();
    return { dnsNames: all.filter((name) => isIP(name) === 0), ipAddresses: all.filter((name) => isIP(name) !== 0) };
}

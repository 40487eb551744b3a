import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type { Identity } from "../kubernetes/scope";

/** The names that a certificate should be valid for. */
export interface CertificateContext {
    readonly identity: Identity;
    readonly namespace: pulumi.Output<string>;
    /** What images are tagged with, perhaps with ports. */
    readonly hosts: pulumi.Input<string>[];
    /** What only the component's own authority, or one of the team's, certifies: the Service's names and IP, and localhost. */
    readonly inCluster: pulumi.Input<string>[];
    readonly serviceName: string;
    readonly parent: pulumi.Resource;
}

export interface Certificate {
    /** Name of the TLS Secret; another one after each renewal, unless somebody else renews it. */
    readonly secretName: pulumi.Output<string>;
    /** Of the content; undefined when somebody else renews it. */
    readonly checksum: pulumi.Output<string> | undefined;
    /** What clients must trust, in PEM form; undefined when they do anyway. */
    readonly caCertPem: pulumi.Output<string> | undefined;
    /** End of validity, RFC 3339; empty when somebody else renews it. */
    readonly expiry: pulumi.Output<string>;
    /** Whether it is valid for the Service's names and IP. */
    readonly holdsClusterNames: boolean;
    /** What must be there before the pods start. */
    readonly ready: pulumi.Resource[];
}

/** Every name under which a client may reach the registry, in a fixed order. */
export function certificateNames(names: readonly string[]): { dnsNames: string[]; ipAddresses: string[] } {
    const all = [...new Set(names.map((name) => (isIP(name) ? name : name.replace(/:\d+$/, ""))))].sort();
    return { dnsNames: all.filter((name) => isIP(name) === 0), ipAddresses: all.filter((name) => isIP(name) !== 0) };
}

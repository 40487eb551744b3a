import type * as pulumi from "@pulumi/pulumi";
import type { Identity } from "../kubernetes/scope";
import { certify, KeyAlgorithm, privateKey, selfSign } from "./authority";

/** A certificate with its key, both in PEM form. */
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
 * A certificate authority for one hop between two parts of the registry, which nobody else trusts. What it issues is valid
 * for longer than the registry's own certificate, so that whoever keeps that one valid keeps this one too.
 */
export function internalCertificates(identity: Identity, part: string, parent: pulumi.Resource): InternalCertificates {
    const name = `${identity.name}-${part}`;
    const authority = selfSign(`${name}-ca`, `${name} certificate authority`, KeyAlgorithm.EcdsaP256, parent);
    return {
        caCertPem: authority.certificate.certPem,
        issue(use, dnsNames) {
            const key = privateKey(`${name}-${use}-key`, KeyAlgorithm.EcdsaP256, parent);
            const { certPem } = certify(
                `${name}-${use}`,
                { privateKeyPem: authority.key.privateKeyPem, certPem: authority.certificate.certPem },
                key,
                { commonName: name, dnsNames, validityDays, renewBeforeDays, use },
                parent,
            );
            return { certPem, keyPem: key.privateKeyPem };
        },
    };
}

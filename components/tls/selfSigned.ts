import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { integer, memberOf, subjectAlternativeName } from "../arguments/rules";
import { fields, listOf, plain } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import { certify, createAuthority, KeyAlgorithm, privateKey } from "./authority";
import { type Certificate, type CertificateNames, certificateNames } from "./certificate";
import { tlsSecret } from "./tlsSecret";

/** A certificate from the component's own CA, which is stored in the stack's state. */
export interface SelfSignedCertificate {
    /** Algorithm of the private keys of the CA and the certificate. Defaults to `ECDSA-P256`. */
    algorithm?: KeyAlgorithm;
    /** Validity of the certificate in days, at most 825, the limit of Apple's clients. Defaults to 365. */
    validityDays?: number;
    /** Number of days before expiry from which `pulumi up` renews the certificate. Defaults to 30. */
    renewBeforeDays?: number;
    /**
     * Further subject alternative names: DNS names and IP addresses. `host`, `hostAliases`, the Service's names and IP, and
     * localhost are always included. Defaults to none.
     */
    subjectAlternativeNames?: pulumi.Input<string>[];
    /** Increment to rotate the private key and the certificate. Defaults to 1. */
    generation?: number;
    /**
     * Increment to rotate the CA. Nodes already trust the next one, so pulls continue. Before you increment it again, update the nodes of
     * other clusters (RegistryAccess). Defaults to 1.
     */
    authorityGeneration?: number;
}

/** The arguments with every default. */
export type SelfSignedSettings = Required<SelfSignedCertificate>;

export function selfSignedSettings(args: SelfSignedCertificate = {}): SelfSignedSettings {
    return {
        algorithm: KeyAlgorithm.EcdsaP256,
        validityDays: 365,
        renewBeforeDays: 30,
        subjectAlternativeNames: [],
        generation: 1,
        authorityGeneration: 1,
        ...args,
    };
}

export const selfSignedRules = fields<SelfSignedCertificate>({
    algorithm: plain(memberOf(KeyAlgorithm)),
    validityDays: plain(integer(1, 825)),
    renewBeforeDays: plain(integer(0)),
    subjectAlternativeNames: listOf(subjectAlternativeName),
    generation: plain(integer(1)),
    authorityGeneration: plain(integer(1)),
});

export function selfSignedProblems(args: SelfSignedCertificate | undefined): Problem[] {
    const { validityDays, renewBeforeDays } = selfSignedSettings(args);
    if (!(renewBeforeDays >= validityDays)) return [];
    const reason = `must be smaller than validityDays (${validityDays}), or every \`pulumi up\` renews the certificate`;
    return [{ path: "tls.selfSigned.renewBeforeDays", reason }];
}

/** Issues a certificate for all names and stores it in a Secret, whose name changes with each renewal. */
export function issueSelfSigned(
    scope: Scope,
    { hosts, inCluster }: CertificateNames,
    settings: SelfSignedSettings,
): Certificate {
    const { algorithm, generation, validityDays, renewBeforeDays, subjectAlternativeNames } = settings;
    const ca = createAuthority(scope, algorithm, settings.authorityGeneration);
    const subject = pulumi
        .all([...hosts, ...inCluster, ...subjectAlternativeNames])
        .apply((names) => certificateNames(names));
    const key = privateKey(scope, `tls-key-${generation}`, algorithm);
    const certificate = certify(scope, "tls", ca, key, {
        commonName: scope.instance,
        dnsNames: subject.dnsNames,
        ipAddresses: subject.ipAddresses,
        validityDays,
        renewBeforeDays,
        use: "server",
    });
    return {
        secretName: tlsSecret(scope, "tls", certificate.certPem, key.privateKeyPem),
        ownsSecret: true,
        isRenewedOutside: false,
        caCertPem: ca.trustedPem,
        expiry: certificate.validityEndTime,
        coversClusterNames: true,
        ready: [],
    };
}

import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { integer, memberOf, subjectAlternativeName } from "../arguments/rules";
import { fields, listOf, plain } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import { certify, createAuthority, KeyAlgorithm, privateKey } from "./authority";
import { type Certificate, type CertificateNames, certificateNames } from "./certificate";
import { tlsSecret } from "./tlsSecret";

/** A certificate from a certificate authority of the registry's own, kept in the stack's state. */
export interface SelfSignedCertificate {
    /** Kind of both private keys. Defaults to `ECDSA-P256`. */
    algorithm?: KeyAlgorithm;
    /** Days that the registry's certificate is valid. Defaults to 365; at most 825, the longest that Apple's clients accept. */
    validityDays?: number;
    /** The first `pulumi up` in this many days before the end renews the certificate. Defaults to 30. */
    renewBeforeDays?: number;
    /** Further DNS names and IP addresses that the certificate is valid for, beside the ones the component knows. */
    subjectAlternativeNames?: pulumi.Input<string>[];
    /** Raise it by one to get a new key and certificate now. Defaults to 1. */
    generation?: number;
    /**
     * Raise it by one to get a new certificate authority. Nodes trust the next one in advance, so pulls go on. Raise it again
     * only after the nodes of other clusters (RegistryAccess) have been updated. Defaults to 1.
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

/** Issues a certificate for all names and puts it into a Secret, which gets another name with each renewal. */
export function issueSelfSigned(
    scope: Scope,
    { hosts, inCluster }: CertificateNames,
    settings: SelfSignedSettings,
): Certificate {
    const { algorithm, generation, validityDays, renewBeforeDays, subjectAlternativeNames } = settings;
    const authority = createAuthority(scope, algorithm, settings.authorityGeneration);
    const subject = pulumi
        .all([...hosts, ...inCluster, ...subjectAlternativeNames])
        .apply((known) => certificateNames(known));
    const key = privateKey(scope, `tls-key-${generation}`, algorithm);
    const certificate = certify(scope, "tls", authority, key, {
        commonName: scope.instance,
        dnsNames: subject.dnsNames,
        ipAddresses: subject.ipAddresses,
        validityDays,
        renewBeforeDays,
        use: "server",
    });
    return {
        ...tlsSecret(scope, "tls", certificate.certPem, key.privateKeyPem),
        caCertPem: authority.trustedPem,
        expiry: certificate.validityEndTime,
        coversClusterNames: true,
        ready: [],
    };
}

import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import {
    type CertManagerCertificate,
    certManagerProblems,
    certManagerRules,
    requestFromCertManager,
} from "./certManager";
import type { Identity } from "./labels";
import {
    type ExistingCertificate,
    existingCertificateProblems,
    existingCertificateRules,
    type PemCertificate,
    pemCertificateProblems,
    pemCertificateRules,
    useExisting,
    usePem,
} from "./ownCertificate";
import { flag } from "./rules";
import { issueSelfSigned, type SelfSignedCertificate, selfSignedProblems, selfSignedRules } from "./selfSigned";
import { below, type Problem, type Rules } from "./validation";

/** Where the certificate that the registry's pods serve comes from: one of these. */
export interface RegistryTls {
    /** A certificate authority of the registry's own. The default. */
    selfSigned?: SelfSignedCertificate;
    /** A Secret that somebody else keeps. When its certificate changes, the pods roll within two minutes by themselves. */
    existingSecret?: ExistingCertificate;
    /** A certificate that you give. */
    pem?: PemCertificate;
    /** A certificate that cert-manager gets and renews. */
    certManager?: CertManagerCertificate;
    /**
     * Let the pods speak HTTP, and only what stands in front of them (`expose.ingress`, `ingressRoute` or `gateway`) TLS.
     * Passwords then cross the cluster's network in the clear, and nodes pull from the host as they resolve it. Defaults to false.
     */
    plainBackend?: boolean;
}

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

const kinds = ["selfSigned", "existingSecret", "pem", "certManager"] as const;

export const tlsRules: Rules = {
    ...below("selfSigned", selfSignedRules),
    ...below("existingSecret", existingCertificateRules),
    ...below("pem", pemCertificateRules),
    ...below("certManager", certManagerRules),
    plainBackend: flag,
};

export function tlsProblems(args: RegistryTls = {}, host?: unknown): Problem[] {
    const given = kinds.filter((kind) => args[kind] !== undefined);
    if (given.length > 1) return [{ path: "tls", reason: `has ${given.join(" and ")}; keep exactly one` }];
    return [
        ...selfSignedProblems(args.selfSigned),
        ...existingCertificateProblems("tls.existingSecret", args.existingSecret),
        ...pemCertificateProblems("tls.pem", args.pem),
        ...certManagerProblems(args.certManager, host),
    ];
}

/** Every name under which a client may reach the registry, in a fixed order. */
export function certificateNames(names: readonly string[]): { dnsNames: string[]; ipAddresses: string[] } {
    const all = [...new Set(names.map((name) => (isIP(name) ? name : name.replace(/:\d+$/, ""))))].sort();
    return { dnsNames: all.filter((name) => isIP(name) === 0), ipAddresses: all.filter((name) => isIP(name) !== 0) };
}

/** Issues the certificate, or takes the one that is given. */
export function provideCertificate(context: CertificateContext, args: RegistryTls = {}): Certificate {
    if (args.existingSecret) return useExisting(args.existingSecret);
    if (args.pem) return usePem(context, "tls.pem", "tls", args.pem);
    if (args.certManager) return requestFromCertManager(context, args.certManager);
    return issueSelfSigned(context, args.selfSigned);
}

/** Whether nodes and clients trust the certificate without being told. */
export function isTrustedAnyway({ existingSecret, pem, certManager }: RegistryTls = {}): boolean {
    const given = existingSecret ?? pem ?? (certManager?.issuer && certManager);
    return given !== undefined && given.caCertPem === undefined;
}

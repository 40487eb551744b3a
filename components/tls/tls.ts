import type { Problem } from "../arguments/check";
import { boolean } from "../arguments/rules";
import { atMostOneOf, plain } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import type { Certificate, CertificateNames } from "./certificate";
import {
    type CertManagerCertificate,
    type CertManagerSettings,
    certManagerProblems,
    certManagerRules,
    certManagerSettings,
    requestFromCertManager,
} from "./certManager";
import {
    issueSelfSigned,
    type SelfSignedCertificate,
    type SelfSignedSettings,
    selfSignedProblems,
    selfSignedRules,
    selfSignedSettings,
} from "./selfSigned";
import {
    type ExistingCertificate,
    existingCertificateRules,
    type PemCertificate,
    pemCertificateRules,
    useExisting,
    usePem,
} from "./supplied";

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

export const tlsRules = atMostOneOf<RegistryTls>(
    {
        selfSigned: selfSignedRules,
        existingSecret: existingCertificateRules,
        pem: pemCertificateRules("tls-key"),
        certManager: certManagerRules,
        plainBackend: plain(boolean),
    },
    "plainBackend",
);

export function tlsProblems(args: RegistryTls = {}, host?: unknown): Problem[] {
    return [...selfSignedProblems(args.selfSigned), ...certManagerProblems(args.certManager, host)];
}

/** The arguments with every default. */
export interface TlsSettings {
    readonly existingSecret: ExistingCertificate | undefined;
    readonly pem: PemCertificate | undefined;
    readonly certManager: CertManagerSettings | undefined;
    /** In force unless another kind is given. */
    readonly selfSigned: SelfSignedSettings;
}

export function tlsSettings({ existingSecret, pem, certManager, selfSigned }: RegistryTls = {}): TlsSettings {
    return {
        existingSecret,
        pem,
        certManager: certManager && certManagerSettings(certManager),
        selfSigned: selfSignedSettings(selfSigned),
    };
}

/** Issues the certificate, or uses the given one. */
export function provideCertificate(scope: Scope, names: CertificateNames, tls: TlsSettings): Certificate {
    if (tls.existingSecret) return useExisting(tls.existingSecret);
    if (tls.pem) return usePem(scope, names, "tls.pem", "tls", tls.pem);
    if (tls.certManager) return requestFromCertManager(scope, names, tls.certManager);
    return issueSelfSigned(scope, names, tls.selfSigned);
}

/** Whether nodes and clients trust the certificate without a CA certificate from the arguments. */
export function isPubliclyTrusted({ existingSecret, pem, certManager }: RegistryTls = {}): boolean {
    const given = existingSecret ?? pem ?? (certManager?.issuer && certManager);
    return given !== undefined && given.caCertPem === undefined;
}

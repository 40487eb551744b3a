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

/** Source of the certificate that the registry's pods serve: one of these. */
export interface RegistryTls {
    /** The component's own CA. The default. */
    selfSigned?: SelfSignedCertificate;
    /** An existing TLS Secret, managed outside this component. When its certificate changes, the pods roll within two minutes. */
    existingSecret?: ExistingCertificate;
    /** A certificate that you supply, PEM-encoded. */
    pem?: PemCertificate;
    /** A certificate that cert-manager requests and renews. */
    certManager?: CertManagerCertificate;
    /**
     * TLS termination at the edge only (`expose.ingress`, `ingressRoute` or `gateway`): the pods serve plain HTTP. Passwords are then
     * unencrypted in the cluster's network, and nodes resolve the host to pull from it. Defaults to false.
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
    /** Used unless another kind is set. */
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

/** Issues the certificate, or uses the one from the arguments. */
export function provideCertificate(scope: Scope, names: CertificateNames, tls: TlsSettings): Certificate {
    if (tls.existingSecret) return useExisting(tls.existingSecret);
    if (tls.pem) return usePem(scope, names, "tls.pem", "tls", tls.pem);
    if (tls.certManager) return requestFromCertManager(scope, names, tls.certManager);
    return issueSelfSigned(scope, names, tls.selfSigned);
}

/** Whether the certificate is publicly trusted: neither issued by the component's own CA, nor given with `caCertPem`. */
export function isPubliclyTrusted({ existingSecret, pem, certManager }: RegistryTls = {}): boolean {
    const given = existingSecret ?? pem ?? (certManager?.issuer && certManager);
    return given !== undefined && given.caCertPem === undefined;
}

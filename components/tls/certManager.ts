import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { authorityPem, boolean, dnsName, integer, memberOf, subjectAlternativeName } from "../arguments/rules";
import { fields, listOf, plain, required } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import { createAuthority, hoursPerDay, KeyAlgorithm } from "./authority";
import { type Certificate, type CertificateNames, certificateNames } from "./certificate";
import { tlsSecret } from "./tlsSecret";

/** Kind of a cert-manager issuer. */
export enum IssuerKind {
    /** In the registry's namespace. */
    Issuer = "Issuer",
    /** Cluster-scoped. */
    ClusterIssuer = "ClusterIssuer",
}

/** Reference to a cert-manager issuer (`issuerRef`). */
export interface CertManagerIssuer {
    /** Name of the issuer. */
    name: pulumi.Input<string>;
    /** Kind of the issuer. Defaults to `ClusterIssuer`. */
    kind?: IssuerKind;
    /** API group of the issuer, for external issuers. Defaults to `cert-manager.io`. */
    group?: pulumi.Input<string>;
}

/** A certificate for the registry's hosts that cert-manager requests and renews. */
export interface EdgeCertManager {
    /** Issuer of the certificate. */
    issuer: CertManagerIssuer;
    /** Algorithm of the private key. Defaults to `ECDSA-P256`. */
    algorithm?: KeyAlgorithm;
    /** Validity in days (`duration`). Some issuers ignore it. Defaults to 90. */
    validityDays?: number;
    /** Number of days before expiry to renew the certificate (`renewBefore`). Defaults to 30. */
    renewBeforeDays?: number;
}

/** A certificate that cert-manager requests and renews. The pods roll automatically after a renewal. */
export interface CertManagerCertificate {
    /** Issuer of the certificate. Defaults to a new Issuer in the registry's namespace with the component's own CA. */
    issuer?: CertManagerIssuer;
    /** Algorithm of the private key. Defaults to `ECDSA-P256`. */
    algorithm?: KeyAlgorithm;
    /** Validity in days (`duration`). Some issuers ignore it. Defaults to 90. */
    validityDays?: number;
    /** Number of days before expiry to renew the certificate (`renewBefore`). Defaults to 30. */
    renewBeforeDays?: number;
    /**
     * Further subject alternative names: DNS names and IP addresses. `host`, `hostAliases` and the Service's names and IP are
     * always included. Defaults to none.
     */
    subjectAlternativeNames?: pulumi.Input<string>[];
    /**
     * Whether to omit the Service's names and IP from the certificate, because public CAs (ACME) issue none for them. Nodes then resolve
     * the host to pull from it. Defaults to false.
     */
    publicNamesOnly?: boolean;
    /** The issuer's CA certificates, PEM-encoded, which nodes and clients must trust. Omit it if the certificate is publicly trusted. */
    caCertPem?: pulumi.Input<string>;
    /**
     * Increment to rotate the component's own CA. Nodes already trust the next one. Not with `issuer`. Defaults to 1.
     */
    authorityGeneration?: number;
}

const api = "cert-manager.io";

/** The arguments with every default. */
export type EdgeCertManagerSettings = Required<Omit<EdgeCertManager, "issuer">> & {
    readonly issuer: Required<CertManagerIssuer>;
};

/** The arguments with every default. */
export type CertManagerSettings = Required<Omit<CertManagerCertificate, "issuer" | "caCertPem">> &
    Pick<CertManagerCertificate, "caCertPem"> & {
        /** If omitted, an Issuer with the component's CA. */
        readonly issuer?: Required<CertManagerIssuer>;
    };

const defaults = { algorithm: KeyAlgorithm.EcdsaP256, validityDays: 90, renewBeforeDays: 30 };
const issuerDefaults = { kind: IssuerKind.ClusterIssuer, group: api };

export function edgeCertManagerSettings(args: EdgeCertManager): EdgeCertManagerSettings {
    return { ...defaults, ...args, issuer: { ...issuerDefaults, ...args.issuer } };
}

export function certManagerSettings({ issuer, ...args }: CertManagerCertificate): CertManagerSettings {
    return {
        ...defaults,
        subjectAlternativeNames: [],
        publicNamesOnly: false,
        authorityGeneration: 1,
        ...args,
        issuer: issuer && { ...issuerDefaults, ...issuer },
    };
}

function issuerRules(ifUnnamed: string) {
    return fields<CertManagerIssuer>({
        name: required(dnsName, ifUnnamed),
        kind: plain(memberOf(IssuerKind)),
        group: dnsName,
    });
}

const requestRules = {
    algorithm: plain(memberOf(KeyAlgorithm)),
    validityDays: plain(integer(1, 3650)),
    renewBeforeDays: plain(integer(1)),
};

export const edgeCertManagerRules = fields<EdgeCertManager>({
    issuer: required(issuerRules("name the issuer"), "name the issuer in issuer.name"),
    ...requestRules,
});

export const certManagerRules = fields<CertManagerCertificate>({
    issuer: issuerRules("name the issuer, or omit `issuer` to get one with the component's own CA"),
    ...requestRules,
    subjectAlternativeNames: listOf(subjectAlternativeName),
    publicNamesOnly: plain(boolean),
    caCertPem: authorityPem,
    authorityGeneration: plain(integer(1)),
});

export function edgeCertManagerProblems(path: string, args: EdgeCertManager | undefined): Problem[] {
    return args === undefined ? [] : durationProblems(path, args);
}

export function certManagerProblems(args: CertManagerCertificate | undefined, host: unknown): Problem[] {
    if (args === undefined) return [];
    const problems: [boolean, string, string][] = [
        [
            args.issuer === undefined && args.caCertPem !== undefined,
            "caCertPem",
            "is the component's own CA certificate as long as no issuer is named; remove it or name the issuer",
        ],
        [
            args.issuer !== undefined && args.authorityGeneration !== undefined,
            "authorityGeneration",
            "rotates the component's own CA, which the named issuer does not use; remove one of the two",
        ],
        [
            args.publicNamesOnly === true && host === undefined,
            "publicNamesOnly",
            "needs a public name to request a certificate for; set host",
        ],
    ];
    return [
        ...durationProblems("tls.certManager", args),
        ...problems
            .filter(([isWrong]) => isWrong)
            .map(([, field, reason]) => ({ path: `tls.certManager.${field}`, reason })),
    ];
}

function durationProblems(path: string, args: Pick<EdgeCertManager, "validityDays" | "renewBeforeDays">): Problem[] {
    const { validityDays, renewBeforeDays } = { ...defaults, ...args };
    if (!(renewBeforeDays >= validityDays)) return [];
    const reason = `must be smaller than validityDays (${validityDays}), or cert-manager refuses the certificate`;
    return [{ path: `${path}.renewBeforeDays`, reason }];
}

/** Name of the Secret with the pods' certificate. */
export function certManagerSecretName(serviceName: string): string {
    return `${serviceName}-tls`;
}

/** Creates the Certificate for the pods, and waits until it is ready. */
export function requestFromCertManager(
    scope: Scope,
    names: CertificateNames,
    settings: CertManagerSettings,
): Certificate {
    const { algorithm, issuer, publicNamesOnly, caCertPem } = settings;
    const own = issuer === undefined ? ownIssuer(scope, algorithm, settings.authorityGeneration) : undefined;
    const secretName = certManagerSecretName(names.serviceName);
    const certificate = declareCertificate(scope, {
        part: "tls",
        secretName,
        names: [...names.hosts, ...(publicNamesOnly ? [] : names.inCluster), ...settings.subjectAlternativeNames],
        settings,
        issuerRef: own?.reference ?? issuer,
        dependsOn: own?.issuer,
    });
    const given = caCertPem === undefined ? undefined : pulumi.output(caCertPem);
    return {
        secretName: pulumi.output(secretName),
        ownsSecret: true,
        isRenewedOutside: true,
        caCertPem: own?.caCertPem ?? given,
        expiry: pulumi.output(""),
        coversClusterNames: !publicNamesOnly,
        ready: [certificate],
    };
}

/** Creates a Certificate for TLS termination at the edge; returns the name of its Secret. */
export function requestForEdge(
    scope: Scope,
    { hosts, serviceName }: Omit<CertificateNames, "inCluster">,
    part: string,
    settings: EdgeCertManagerSettings,
): pulumi.Output<string> {
    const secretName = `${serviceName}-${part}`;
    declareCertificate(scope, { part, secretName, names: hosts, settings, issuerRef: settings.issuer });
    return pulumi.output(secretName);
}

interface CertificateRequest {
    readonly part: string;
    readonly secretName: string;
    readonly names: pulumi.Input<string>[];
    readonly settings: Pick<EdgeCertManagerSettings, "algorithm" | "validityDays" | "renewBeforeDays">;
    readonly issuerRef: pulumi.Input<object> | undefined;
    readonly dependsOn?: pulumi.Resource;
}

function declareCertificate(scope: Scope, request: CertificateRequest): k8s.apiextensions.CustomResource {
    const { part, secretName, issuerRef, dependsOn } = request;
    const { validityDays, renewBeforeDays, algorithm } = request.settings;
    const subject = pulumi.all(request.names).apply((names) => certificateNames(names));
    const metadata = scope.metadata(scope.objectName(`${part}-certificate`), "server", awaitReady);
    return new k8s.apiextensions.CustomResource(
        scope.name(`${part}-certificate`),
        {
            apiVersion: `${api}/v1`,
            kind: "Certificate",
            metadata,
            spec: {
                secretName,
                secretTemplate: { labels: metadata.labels },
                duration: `${validityDays * hoursPerDay}h0m0s`,
                renewBefore: `${renewBeforeDays * hoursPerDay}h0m0s`,
                privateKey: { ...keyOf(algorithm), rotationPolicy: "Always" },
                usages: ["digital signature", "key encipherment", "server auth"],
                dnsNames: subject.dnsNames,
                // The API server stores no empty list.
                ipAddresses: subject.ipAddresses.apply((all) => (all.length > 0 ? all : undefined)),
                issuerRef,
            },
        },
        scope.fixedOptions({ dependsOn }),
    );
}

const awaitReady = { "pulumi.com/waitFor": "condition=Ready" };

function keyOf(algorithm: KeyAlgorithm) {
    return algorithm === KeyAlgorithm.Rsa4096 ? { algorithm: "RSA", size: 4096 } : { algorithm: "ECDSA", size: 256 };
}

/**
 * Creates an Issuer with the component's own CA, which is stored in the stack's state. Each generation has a new name, so that
 * cert-manager issues the certificate again.
 */
function ownIssuer(scope: Scope, algorithm: KeyAlgorithm, generation: number) {
    const ca = createAuthority(scope, algorithm, generation);
    const secretName = tlsSecret(scope, "issuer-key", ca.certPem, ca.privateKeyPem);
    const issuer = new k8s.apiextensions.CustomResource(
        scope.name(`issuer-${generation}`),
        {
            apiVersion: `${api}/v1`,
            kind: "Issuer",
            metadata: scope.metadata(scope.objectName(`issuer-${generation}`), "server", awaitReady),
            spec: { ca: { secretName } },
        },
        scope.fixedOptions(),
    );
    const reference = { name: issuer.metadata.name, kind: IssuerKind.Issuer, group: api };
    return { issuer, reference, caCertPem: ca.trustedPem };
}

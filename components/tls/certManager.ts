import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { boolean, certificatePem, dnsName, integer, memberOf, subjectAlternativeName } from "../arguments/rules";
import { fields, listOf, plain, required } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import { createAuthority, hoursPerDay, KeyAlgorithm } from "./authority";
import { type Certificate, type CertificateNames, certificateNames } from "./certificate";
import { tlsSecret } from "./tlsSecret";

/** Where an issuer of cert-manager lives. */
export enum IssuerKind {
    /** In the registry's namespace. */
    Issuer = "Issuer",
    /** In no namespace. */
    ClusterIssuer = "ClusterIssuer",
}

/** An issuer of cert-manager. */
export interface CertManagerIssuer {
    /** Name of the issuer. */
    name: pulumi.Input<string>;
    /** Defaults to `ClusterIssuer`. */
    kind?: IssuerKind;
    /** API group of issuers from outside cert-manager. Defaults to `cert-manager.io`. */
    group?: pulumi.Input<string>;
}

/** A certificate for the registry's hosts that cert-manager gets and renews. */
export interface EdgeCertManager {
    /** Who issues it. */
    issuer: CertManagerIssuer;
    /** Kind of its private key. Defaults to `ECDSA-P256`. */
    algorithm?: KeyAlgorithm;
    /** Days that it is valid (`duration`). Defaults to 90; some issuers decide by themselves. */
    validityDays?: number;
    /** It is renewed this many days before its end (`renewBefore`). Defaults to 30. */
    renewBeforeDays?: number;
}

/** A certificate that cert-manager gets and renews. When it does, the pods roll by themselves. */
export interface CertManagerCertificate {
    /** Who issues it. Defaults to an Issuer in the registry's namespace, made from an authority of the component's own. */
    issuer?: CertManagerIssuer;
    /** Kind of its private key. Defaults to `ECDSA-P256`. */
    algorithm?: KeyAlgorithm;
    /** Days that it is valid (`duration`). Defaults to 90; some issuers decide by themselves. */
    validityDays?: number;
    /** It is renewed this many days before its end (`renewBefore`). Defaults to 30. */
    renewBeforeDays?: number;
    /** Further DNS names and IP addresses that it is valid for, beside the ones the component knows. Defaults to none. */
    subjectAlternativeNames?: pulumi.Input<string>[];
    /**
     * Ask for `host` and `hostAliases` only, because public authorities (ACME) certify no names and addresses inside the
     * cluster. Nodes then pull from the host as they resolve it. Defaults to false.
     */
    publicNamesOnly?: boolean;
    /** The issuer's authority, in PEM form, that nodes and clients must trust. Left out, it is one that they trust anyway. */
    caCertPem?: pulumi.Input<string>;
    /**
     * Raise it by one to get a new authority, when it is the component's own. Nodes trust the next one in advance. Defaults to 1.
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
    issuer: issuerRules("name the issuer, or leave `issuer` out to get one of the component's own authority"),
    ...requestRules,
    subjectAlternativeNames: listOf(subjectAlternativeName),
    publicNamesOnly: plain(boolean),
    caCertPem: certificatePem,
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
            "is the component's own authority as long as no issuer is named; remove it or name the issuer",
        ],
        [
            args.issuer !== undefined && args.authorityGeneration !== undefined,
            "authorityGeneration",
            "is of the component's own authority, which the named issuer does not use; remove one of the two",
        ],
        [
            args.publicNamesOnly === true && host === undefined,
            "publicNamesOnly",
            "needs a public name to ask for; give host",
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

/** Declares the certificate of the pods, and waits until cert-manager has put it into its Secret. */
export function requestFromCertManager(
    scope: Scope,
    names: CertificateNames,
    settings: CertManagerSettings,
): Certificate {
    const { algorithm, issuer, publicNamesOnly, caCertPem } = settings;
    const own = issuer === undefined ? ownIssuer(scope, algorithm, settings.authorityGeneration) : undefined;
    const secretName = `${names.serviceName}-tls`;
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
        checksum: undefined,
        caCertPem: own?.caCertPem ?? given,
        expiry: pulumi.output(""),
        coversClusterNames: !publicNamesOnly,
        ready: [certificate],
    };
}

/** The same for what terminates TLS in front of the pods; returns the name of the Secret. */
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

interface WantedCertificate {
    readonly part: string;
    readonly secretName: string;
    readonly names: pulumi.Input<string>[];
    readonly settings: Pick<EdgeCertManagerSettings, "algorithm" | "validityDays" | "renewBeforeDays">;
    readonly issuerRef: pulumi.Input<object> | undefined;
    readonly dependsOn?: pulumi.Resource;
}

function declareCertificate(scope: Scope, wanted: WantedCertificate): k8s.apiextensions.CustomResource {
    const { part, secretName, issuerRef, dependsOn } = wanted;
    const { validityDays, renewBeforeDays, algorithm } = wanted.settings;
    const subject = pulumi.all(wanted.names).apply((known) => certificateNames(known));
    const metadata = scope.metadata("server", awaitReady);
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
        { parent: scope.parent, dependsOn },
    );
}

const awaitReady = { "pulumi.com/waitFor": "condition=Ready" };

function keyOf(algorithm: KeyAlgorithm) {
    return algorithm === KeyAlgorithm.Rsa4096 ? { algorithm: "RSA", size: 4096 } : { algorithm: "ECDSA", size: 256 };
}

/**
 * An Issuer that signs with an authority kept in the stack's state. Another generation has another name, so that cert-manager
 * issues the certificate again.
 */
function ownIssuer(scope: Scope, algorithm: KeyAlgorithm, generation: number) {
    const authority = createAuthority(scope, algorithm, generation);
    const secret = tlsSecret(scope, "issuer-key", authority.certPem, authority.privateKeyPem);
    const issuer = new k8s.apiextensions.CustomResource(
        scope.name(`issuer-${generation}`),
        {
            apiVersion: `${api}/v1`,
            kind: "Issuer",
            metadata: scope.metadata("server", awaitReady),
            spec: { ca: { secretName: secret.secretName } },
        },
        { parent: scope.parent },
    );
    const reference = { name: issuer.metadata.name, kind: IssuerKind.Issuer, group: api };
    return { issuer, reference, caCertPem: authority.trustedPem };
}

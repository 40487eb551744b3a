import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem, Rules } from "../arguments/check";
import { certificatePem, dnsName, flag, memberOf, subjectAlternativeName, wholeNumber } from "../arguments/rules";
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
const defaults = { validityDays: 90, renewBeforeDays: 30 };

export const edgeCertManagerRules: Rules = {
    "issuer.name": dnsName,
    "issuer.kind": memberOf(IssuerKind),
    "issuer.group": dnsName,
    algorithm: memberOf(KeyAlgorithm),
    validityDays: wholeNumber(1, 3650),
    renewBeforeDays: wholeNumber(1),
};

export const certManagerRules: Rules = {
    ...edgeCertManagerRules,
    "subjectAlternativeNames[]": subjectAlternativeName,
    publicNamesOnly: flag,
    caCertPem: certificatePem,
    authorityGeneration: wholeNumber(1),
};

export function edgeCertManagerProblems(path: string, args: EdgeCertManager | undefined): Problem[] {
    if (args === undefined) return [];
    const unnamed = { path: `${path}.issuer.name`, reason: "is missing; name the issuer" };
    return [...durationProblems(path, args), ...(args.issuer?.name === undefined ? [unnamed] : [])];
}

export function certManagerProblems(args: CertManagerCertificate | undefined, host: unknown): Problem[] {
    if (args === undefined) return [];
    const problems: [boolean, string, string][] = [
        [
            args.issuer !== undefined && args.issuer.name === undefined,
            "issuer.name",
            "is missing; name the issuer, or leave `issuer` out to get one of the component's own authority",
        ],
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
    if (renewBeforeDays < validityDays) return [];
    const reason = `must be smaller than validityDays (${validityDays}), or cert-manager refuses the certificate`;
    return [{ path: `${path}.renewBeforeDays`, reason }];
}

/** Declares the certificate of the pods, and waits until cert-manager has put it into its Secret. */
export function requestFromCertManager(
    scope: Scope,
    names: CertificateNames,
    args: CertManagerCertificate,
): Certificate {
    const algorithm = args.algorithm ?? KeyAlgorithm.EcdsaP256;
    const own = args.issuer === undefined ? ownIssuer(scope, algorithm, args.authorityGeneration ?? 1) : undefined;
    const subjects = [
        ...names.hosts,
        ...(args.publicNamesOnly ? [] : names.inCluster),
        ...(args.subjectAlternativeNames ?? []),
    ];
    const { secretName, certificate } = declareCertificate(
        scope,
        `${names.serviceName}-tls`,
        "tls",
        subjects,
        args,
        own,
    );
    const given = args.caCertPem === undefined ? undefined : pulumi.output(args.caCertPem);
    return {
        secretName,
        checksum: undefined,
        caCertPem: own?.caCertPem ?? given,
        expiry: pulumi.output(""),
        coversClusterNames: !args.publicNamesOnly,
        ready: [certificate],
    };
}

/** The same for what terminates TLS in front of the pods; returns the name of the Secret. */
export function requestForEdge(
    scope: Scope,
    { hosts, serviceName }: Omit<CertificateNames, "inCluster">,
    part: string,
    args: EdgeCertManager,
): pulumi.Output<string> {
    return declareCertificate(scope, `${serviceName}-${part}`, part, hosts, args, undefined).secretName;
}

function declareCertificate(
    scope: Scope,
    secretName: string,
    part: string,
    names: pulumi.Input<string>[],
    args: Partial<EdgeCertManager>,
    own: ReturnType<typeof ownIssuer> | undefined,
) {
    const { validityDays, renewBeforeDays, algorithm } = { ...defaults, algorithm: KeyAlgorithm.EcdsaP256, ...args };
    const subject = pulumi.all(names).apply((known) => certificateNames(known));
    const metadata = scope.metadata("server", { "pulumi.com/waitFor": "condition=Ready" });
    const certificate = new k8s.apiextensions.CustomResource(
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
                privateKey: {
                    ...(algorithm === KeyAlgorithm.Rsa4096
                        ? { algorithm: "RSA", size: 4096 }
                        : { algorithm: "ECDSA", size: 256 }),
                    rotationPolicy: "Always",
                },
                usages: ["digital signature", "key encipherment", "server auth"],
                dnsNames: subject.dnsNames,
                // The API server stores no empty list.
                ipAddresses: subject.ipAddresses.apply((all) => (all.length > 0 ? all : undefined)),
                issuerRef: own?.reference ?? {
                    name: args.issuer?.name,
                    kind: args.issuer?.kind ?? IssuerKind.ClusterIssuer,
                    group: args.issuer?.group ?? api,
                },
            },
        },
        { parent: scope.parent, dependsOn: own?.issuer },
    );
    return { secretName: pulumi.output(secretName), certificate };
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
            metadata: scope.metadata("server", { "pulumi.com/waitFor": "condition=Ready" }),
            spec: { ca: { secretName: secret.secretName } },
        },
        { parent: scope.parent },
    );
    const reference = { name: issuer.metadata.name, kind: IssuerKind.Issuer, group: api };
    return { issuer, reference, caCertPem: authority.trustedPem };
}

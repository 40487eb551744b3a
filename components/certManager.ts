import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createAuthority, hoursPerDay, KeyAlgorithm } from "./authority";
import { type Certificate, type CertificateContext, certificateNames } from "./certificates";
import { marks } from "./labels";
import { certificatePem, dnsName, flag, memberOf, subjectAlternativeName, wholeNumber } from "./rules";
import { tlsSecret } from "./tlsSecret";
import type { Problem, Rules } from "./validation";

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

export const certManagerRules: Rules = {
    "issuer.name": dnsName,
    "issuer.kind": memberOf(IssuerKind),
    "issuer.group": dnsName,
    algorithm: memberOf(KeyAlgorithm),
    validityDays: wholeNumber(1, 3650),
    renewBeforeDays: wholeNumber(1),
    "subjectAlternativeNames[]": subjectAlternativeName,
    publicNamesOnly: flag,
    caCertPem: certificatePem,
    authorityGeneration: wholeNumber(1),
};

export function certManagerProblems(args: CertManagerCertificate | undefined, host: unknown): Problem[] {
    if (args === undefined) return [];
    const { validityDays, renewBeforeDays } = { ...defaults, ...args };
    const problems: [boolean, string, string][] = [
        [
            renewBeforeDays >= validityDays,
            "renewBeforeDays",
            `must be smaller than validityDays (${validityDays}), or cert-manager refuses the certificate`,
        ],
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
    return problems
        .filter(([isWrong]) => isWrong)
        .map(([, field, reason]) => ({ path: `tls.certManager.${field}`, reason }));
}

/** Declares the Certificate and waits until cert-manager has put it into its Secret. */
export function requestFromCertManager(context: CertificateContext, args: CertManagerCertificate): Certificate {
    const { identity, namespace, hosts, inCluster, serviceName, parent } = context;
    const { validityDays, renewBeforeDays, algorithm } = { ...defaults, algorithm: KeyAlgorithm.EcdsaP256, ...args };
    const own = args.issuer === undefined ? ownIssuer(context, algorithm, args.authorityGeneration ?? 1) : undefined;
    const names = pulumi
        .all([...hosts, ...(args.publicNamesOnly ? [] : inCluster), ...(args.subjectAlternativeNames ?? [])])
        .apply((known) => certificateNames(known));
    const secretName = `${serviceName}-tls`;
    const { labels, annotations } = marks(identity, "server", { "pulumi.com/waitFor": "condition=Ready" });
    const certificate = new k8s.apiextensions.CustomResource(
        `${identity.name}-certificate`,
        {
            apiVersion: `${api}/v1`,
            kind: "Certificate",
            metadata: { namespace, labels, annotations },
            spec: {
                secretName,
                secretTemplate: { labels },
                duration: `${validityDays * hoursPerDay}h0m0s`,
                renewBefore: `${renewBeforeDays * hoursPerDay}h0m0s`,
                privateKey: {
                    ...(algorithm === KeyAlgorithm.Rsa4096
                        ? { algorithm: "RSA", size: 4096 }
                        : { algorithm: "ECDSA", size: 256 }),
                    rotationPolicy: "Always",
                },
                usages: ["digital signature", "key encipherment", "server auth"],
                dnsNames: names.dnsNames,
                // The API server stores no empty list.
                ipAddresses: names.ipAddresses.apply((all) => (all.length > 0 ? all : undefined)),
                issuerRef: own?.reference ?? {
                    name: args.issuer?.name,
                    kind: args.issuer?.kind ?? IssuerKind.ClusterIssuer,
                    group: args.issuer?.group ?? api,
                },
            },
        },
        { parent, dependsOn: own?.issuer },
    );
    const given = args.caCertPem === undefined ? undefined : pulumi.output(args.caCertPem);
    return {
        secretName: pulumi.output(secretName),
        checksum: undefined,
        caCertPem: own?.caCertPem ?? given,
        expiry: pulumi.output(""),
        holdsClusterNames: !args.publicNamesOnly,
        ready: [certificate],
    };
}

/** An Issuer that signs with an authority kept in the stack's state; another name for another one makes cert-manager issue anew. */
function ownIssuer({ identity, namespace, parent }: CertificateContext, algorithm: KeyAlgorithm, generation: number) {
    const { name } = identity;
    const authority = createAuthority(name, algorithm, generation, parent);
    const secret = tlsSecret(identity, "issuer-key", namespace, authority.certPem, authority.privateKeyPem, parent);
    const { labels, annotations } = marks(identity, "server", { "pulumi.com/waitFor": "condition=Ready" });
    const issuer = new k8s.apiextensions.CustomResource(
        `${name}-issuer-${generation}`,
        {
            apiVersion: `${api}/v1`,
            kind: "Issuer",
            metadata: { namespace, labels, annotations },
            spec: { ca: { secretName: secret.secretName } },
        },
        { parent },
    );
    const reference = { name: issuer.metadata.name, kind: IssuerKind.Issuer, group: api };
    return { issuer, reference, caCertPem: authority.trustedPem };
}

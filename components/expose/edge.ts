import { isIP } from "node:net";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { dnsName } from "../arguments/rules";
import { exactlyOneOf, fields, required } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import type { Certificate } from "../tls/certificate";
import {
    type EdgeCertManager,
    type EdgeCertManagerSettings,
    edgeCertManagerProblems,
    edgeCertManagerRules,
    edgeCertManagerSettings,
    requestForEdge,
} from "../tls/certManager";
import { type PemCertificate, pemCertificateRules, usePem } from "../tls/supplied";

/** A TLS Secret in the registry's namespace that somebody else keeps, e.g. cert-manager as annotations ask it to. */
export interface EdgeSecret {
    /** Name of the Secret. */
    name: pulumi.Input<string>;
}

/** The certificate that clients outside the cluster see, when it is not the one of the pods: one of these. */
export interface EdgeCertificate {
    /** A Secret that somebody else keeps. */
    existingSecret?: EdgeSecret;
    /** A certificate that you give. */
    pem?: PemCertificate;
    /** A certificate that cert-manager gets and renews. */
    certManager?: EdgeCertManager;
}

/** `keyName`: the value of a stack's configuration that holds the key of `pem`. */
export function edgeCertificateRules(keyName: string) {
    return exactlyOneOf<EdgeCertificate>({
        existingSecret: fields<EdgeSecret>({ name: required(dnsName, "name the Secret") }),
        pem: pemCertificateRules(keyName),
        certManager: edgeCertManagerRules,
    });
}

export function edgeCertificateProblems(path: string, args: EdgeCertificate | undefined): Problem[] {
    return edgeCertManagerProblems(`${path}.certManager`, args?.certManager);
}

/** The arguments with every default. */
export type EdgeCertificateSettings = Omit<EdgeCertificate, "certManager"> & {
    readonly certManager: EdgeCertManagerSettings | undefined;
};

export function edgeCertificateSettings(args: EdgeCertificate | undefined): EdgeCertificateSettings | undefined {
    return args && { ...args, certManager: args.certManager && edgeCertManagerSettings(args.certManager) };
}

/** Pods behind an edge: the registry's, or the web UI's. */
export interface Backend {
    /** What the parts of its objects begin with. */
    readonly prefix: "" | "ui-";
    /** Name of the Service. */
    readonly serviceName: string;
    /** A name that its certificate covers. */
    readonly serverName: pulumi.Output<string>;
    /** CA of its certificate; undefined if the certificate is publicly trusted. */
    readonly caCertPem: pulumi.Output<string> | undefined;
}

/** Where the web UI is, on the registry's first host. */
export const uiPath = "/ui";

/** What every edge in front of the registry's pods needs to know. */
export interface Edge {
    readonly scope: Scope;
    readonly hosts: pulumi.Input<string>[];
    readonly serviceName: string;
    readonly certificate: Certificate;
    /** Whether the pods speak HTTP. */
    readonly isPlain: boolean;
    /** The web UI, when there is one. */
    readonly ui: Backend | undefined;
}

/** The hosts as a proxy knows them: without ports, and no addresses. */
export function hostNames(edge: Edge): pulumi.Output<string[]> {
    return pulumi
        .all(edge.hosts)
        .apply((hosts) =>
            [...new Set(hosts.map((host) => host.replace(/:\d+$/, "")))].filter((host) => isIP(host) === 0),
        );
}

/** Name of the Secret with what clients see; `part` names the one that is made for the edge, and `path` its argument. */
export function edgeSecretName(
    edge: Edge,
    path: string,
    part: string,
    args: EdgeCertificateSettings | undefined,
): pulumi.Output<string> {
    const { scope } = edge;
    if (args?.existingSecret) return pulumi.output(args.existingSecret.name);
    if (args?.pem) return usePem(scope, edge, `${path}.pem`, part, args.pem).secretName;
    if (args?.certManager) return requestForEdge(scope, edge, part, args.certManager);
    return edge.certificate.secretName;
}

/** The registry's pods, with a name that their certificate covers in any case. */
export function registryBackend(edge: Edge): Backend {
    const { scope, serviceName, certificate } = edge;
    const serverName = certificate.coversClusterNames
        ? pulumi.interpolate`${serviceName}.${scope.namespace}.svc`
        : hostNames(edge).apply(([first]) => first);
    return { prefix: "", serviceName, serverName, caCertPem: certificate.caCertPem };
}

/** The registry, and the web UI when there is one. */
export function backends(edge: Edge): Backend[] {
    return [registryBackend(edge), ...(edge.ui ? [edge.ui] : [])];
}

/** A ConfigMap with the CA of a backend's certificate, for proxies that verify it; none if the certificate is publicly trusted. */
export function authorityConfigMap(edge: Edge, backend: Backend): pulumi.Output<string> | undefined {
    if (backend.caCertPem === undefined) return undefined;
    const config = new k8s.core.v1.ConfigMap(
        edge.scope.name(`${backend.prefix}authority`),
        {
            metadata: edge.scope.metadata("exposure"),
            data: { "ca.crt": backend.caCertPem },
        },
        { parent: edge.scope.parent },
    );
    return config.metadata.name;
}

import { isIP } from "node:net";
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

/** A TLS Secret in the registry's namespace that is managed outside this component, e.g. by cert-manager because of an annotation. */
export interface EdgeSecret {
    /** Name of the Secret. */
    name: pulumi.Input<string>;
}

/** Certificate for TLS termination at the edge, if it differs from the pods' certificate: one of these. */
export interface EdgeCertificate {
    /** An existing TLS Secret, managed outside this component. */
    existingSecret?: EdgeSecret;
    /** A certificate that you supply, PEM-encoded. */
    pem?: PemCertificate;
    /** A certificate that cert-manager requests and renews. */
    certManager?: EdgeCertManager;
}

/** `keyName`: the stack configuration value with the private key of `pem`. */
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

/** A Service behind the edge: the registry's, or the web UI's. */
export interface Backend {
    /** Prefix of the names of its objects. */
    readonly prefix: "" | "ui-";
    /** Name of the Service. */
    readonly serviceName: string;
    /** A name that its certificate is valid for. */
    readonly serverName: pulumi.Output<string>;
    /** CA certificates that verify its certificate; undefined if it is publicly trusted. */
    readonly caCertPem: pulumi.Output<string> | undefined;
}

/** Path of the web UI on the registry's first host. */
export const uiPath = "/ui";

/** What an Ingress, IngressRoute or Gateway in front of the registry's pods depends on. */
export interface Edge {
    readonly scope: Scope;
    readonly hosts: pulumi.Input<string>[];
    readonly serviceName: string;
    readonly certificate: Certificate;
    /** Whether the pods serve plain HTTP. */
    readonly isPlain: boolean;
    /** The web UI, if there is one. */
    readonly ui: Backend | undefined;
}

/** The host names that a proxy matches: without ports, and without IP addresses. */
export function hostNames(edge: Edge): pulumi.Output<string[]> {
    return pulumi
        .all(edge.hosts)
        .apply((hosts) =>
            [...new Set(hosts.map((host) => host.replace(/:\d+$/, "")))].filter((host) => isIP(host) === 0),
        );
}

/** Name of the Secret for TLS termination. `part` names the Secret that is created for the edge, `path` its argument. */
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

/** The registry as a backend, with a name that its certificate is always valid for. */
export function registryBackend(edge: Edge): Backend {
    const { scope, serviceName, certificate } = edge;
    const serverName = certificate.coversClusterNames
        ? pulumi.interpolate`${serviceName}.${scope.namespace}.svc`
        : hostNames(edge).apply(([first]) => first);
    return { prefix: "", serviceName, serverName, caCertPem: certificate.caCertPem };
}

/** The registry, and the web UI if there is one. */
export function backends(edge: Edge): Backend[] {
    return [registryBackend(edge), ...(edge.ui ? [edge.ui] : [])];
}

import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { dnsName, string } from "../arguments/rules";
import { fields, listOf, mapOf, required } from "../arguments/shapes";
import { servicePort } from "../server/service";
import {
    type Edge,
    type EdgeCertificate,
    type EdgeCertificateSettings,
    edgeCertificateProblems,
    edgeCertificateRules,
    edgeCertificateSettings,
    edgeSecretName,
    hostNames,
    uiPath,
} from "./edge";
import { traefikApi } from "./traefik";

/** A Middleware of Traefik. */
export interface TraefikMiddleware {
    /** Name of the Middleware. */
    name: pulumi.Input<string>;
    /** Its namespace. Defaults to the registry's. */
    namespace?: pulumi.Input<string>;
}

/**
 * Traefik's own kind of Ingress. Its entry point ends uploads after 60 seconds unless its
 * `transport.respondingTimeouts.readTimeout` is 0.
 */
export interface RegistryIngressRoute {
    /** Entry points, which must speak TLS. Defaults to `websecure`. */
    entryPoints?: pulumi.Input<string>[];
    /** Certificate resolver of Traefik (ACME) that gets the certificate that clients see. Not together with `certificate`. */
    certResolver?: pulumi.Input<string>;
    /** The certificate that clients see. Defaults to the one that the pods serve. */
    certificate?: EdgeCertificate;
    /** Middlewares, in order. One that buffers requests keeps layers from getting through. Defaults to none. */
    middlewares?: TraefikMiddleware[];
    /** Annotations of the IngressRoute, e.g. `kubernetes.io/ingress.class`. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
}

export const ingressRouteRules = fields<RegistryIngressRoute>({
    entryPoints: listOf(string),
    certResolver: string,
    certificate: edgeCertificateRules("ingress-route-key"),
    middlewares: listOf(
        fields<TraefikMiddleware>({ name: required(dnsName, "name the Middleware"), namespace: dnsName }),
    ),
    annotations: mapOf(string),
});

export function ingressRouteProblems(args: RegistryIngressRoute | undefined): Problem[] {
    if (args === undefined) return [];
    const both = args.certResolver !== undefined && args.certificate !== undefined;
    const reason = "gets a certificate although `certificate` gives one; keep one of the two";
    return [
        ...(both ? [{ path: "expose.ingressRoute.certResolver", reason }] : []),
        ...edgeCertificateProblems("expose.ingressRoute.certificate", args.certificate),
    ];
}

/** The arguments with every default. */
export interface IngressRouteSettings extends Omit<RegistryIngressRoute, "certificate"> {
    readonly entryPoints: pulumi.Input<string>[];
    readonly certificate: EdgeCertificateSettings | undefined;
}

export function ingressRouteSettings(args: RegistryIngressRoute): IngressRouteSettings {
    return { entryPoints: ["websecure"], ...args, certificate: edgeCertificateSettings(args.certificate) };
}

/** Above that of the route to the registry, which Traefik takes from the length of its rule. */
const uiPriority = 100_000;

export function createIngressRoute(edge: Edge, args: IngressRouteSettings, dependsOn: pulumi.Resource[]): void {
    const { scope, isPlain, ui } = edge;
    const path = "expose.ingressRoute.certificate";
    const tls =
        args.certResolver === undefined
            ? { secretName: edgeSecretName(edge, path, "ingress-route-tls", args.certificate) }
            : { certResolver: args.certResolver };
    const hosts = hostNames(edge).apply((names) => names.map((name) => `Host(\`${name}\`)`));
    const toUi = ui && {
        kind: "Rule",
        match: hosts.apply(([first]) => `${first} && (Path(\`${uiPath}\`) || PathPrefix(\`${uiPath}/\`))`),
        priority: uiPriority,
        middlewares: [...(args.middlewares ?? []), { name: ui.serviceName }],
        services: [service(ui.serviceName, isPlain)],
    };
    new k8s.apiextensions.CustomResource(
        scope.name("ingress-route"),
        {
            apiVersion: traefikApi,
            kind: "IngressRoute",
            metadata: scope.metadata("exposure", args.annotations),
            spec: {
                entryPoints: args.entryPoints,
                routes: [
                    {
                        kind: "Rule",
                        match: hosts.apply((all) => all.join(" || ")),
                        ...(args.middlewares && { middlewares: args.middlewares }),
                        services: [service(edge.serviceName, isPlain)],
                    },
                    ...(toUi ? [toUi] : []),
                ],
                tls,
            },
        },
        { parent: scope.parent, dependsOn },
    );
}

/** A Service, with which Traefik speaks TLS as its ServersTransport says. */
function service(name: string, isPlain: boolean) {
    const { name: scheme, port } = servicePort(isPlain);
    return { name, port, scheme, ...(!isPlain && { serversTransport: name }) };
}

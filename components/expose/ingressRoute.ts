import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { annotations } from "../arguments/labels";
import { dnsName, nonEmptyString } from "../arguments/rules";
import { fields, listOf, required } from "../arguments/shapes";
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

/** Reference to a Middleware of Traefik. */
export interface TraefikMiddleware {
    /** Name of the Middleware. */
    name: pulumi.Input<string>;
    /** Namespace of the Middleware. Defaults to the registry's. */
    namespace?: pulumi.Input<string>;
}

/**
 * An IngressRoute of Traefik. Traefik's entry point aborts uploads after 60 seconds unless
 * `transport.respondingTimeouts.readTimeout` is 0.
 */
export interface RegistryIngressRoute {
    /** Entry points, which must terminate TLS. Defaults to `websecure`. */
    entryPoints?: pulumi.Input<string>[];
    /**
     * Certificate resolver (ACME) that requests the certificate for TLS termination. Cannot be combined with `certificate`.
     * Defaults to none.
     */
    certResolver?: pulumi.Input<string>;
    /** Certificate for TLS termination. Defaults to the pods' certificate. */
    certificate?: EdgeCertificate;
    /** Middlewares, in order. Do not buffer requests: large layers would fail. Defaults to none. */
    middlewares?: TraefikMiddleware[];
    /** Annotations of the IngressRoute, e.g. `kubernetes.io/ingress.class`. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
}

export const ingressRouteRules = fields<RegistryIngressRoute>({
    entryPoints: listOf(nonEmptyString),
    certResolver: nonEmptyString,
    certificate: edgeCertificateRules("ingress-route-key"),
    middlewares: listOf(
        fields<TraefikMiddleware>({ name: required(dnsName, "name the Middleware"), namespace: dnsName }),
    ),
    annotations,
});

export function ingressRouteProblems(args: RegistryIngressRoute | undefined): Problem[] {
    if (args === undefined) return [];
    const both = args.certResolver !== undefined && args.certificate !== undefined;
    const reason = "requests a certificate although `certificate` sets one; keep one of the two";
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

/** Higher than the priority of the route to the registry, which is the length of its rule. */
const uiPriority = 100_000;

export function createIngressRoute(
    edge: Edge,
    args: IngressRouteSettings,
    dependsOn: pulumi.Resource[],
): k8s.apiextensions.CustomResource {
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
    return new k8s.apiextensions.CustomResource(
        scope.name("ingress-route"),
        {
            apiVersion: traefikApi,
            kind: "IngressRoute",
            metadata: scope.metadata(scope.objectName("ingress-route"), "exposure", args.annotations),
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
        scope.fixedOptions({ dependsOn }),
    );
}

/** Reference to a Service. Unless the pods serve plain HTTP, Traefik connects with TLS, with the ServersTransport of the same name. */
function service(name: string, isPlain: boolean) {
    const { name: scheme, port } = servicePort(isPlain);
    return { name, port, scheme, ...(!isPlain && { serversTransport: name }) };
}

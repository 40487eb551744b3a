import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
    type Edge,
    type EdgeCertificate,
    edgeCertificateProblems,
    edgeCertificateRules,
    edgeSecretName,
    hostNames,
    servicePort,
} from "./edge";
import { marks } from "./labels";
import { dnsName, flag, memberOf, text } from "./rules";
import { below, type Problem, type Rules } from "./validation";

/** What serves an Ingress, and so decides how it is told to let large layers through. */
export enum IngressController {
    /** The Kubernetes community's ingress-nginx, annotations `nginx.ingress.kubernetes.io`. */
    Nginx = "nginx",
    /**
     * F5's NGINX Ingress Controller, annotations `nginx.org`. It stores a layer before it passes it on, unless its ConfigMap says
     * `proxy_request_buffering off` in `http-snippets`.
     */
    NginxF5 = "nginx-f5",
    /**
     * Traefik, with its custom resources installed. Its entry point ends uploads after 60 seconds unless its
     * `transport.respondingTimeouts.readTimeout` is 0.
     */
    Traefik = "traefik",
    /** Another one: give what it needs as annotations. */
    Other = "other",
}

/** An Ingress on the registry's host. */
export interface RegistryIngress {
    /** What serves it. */
    controller: IngressController;
    /** Ingress class. Defaults to the cluster's default class. */
    className?: pulumi.Input<string>;
    /** Annotations of the Ingress, over the ones that the controller gets. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
    /** The certificate that clients see. Defaults to the one that the pods serve. */
    certificate?: EdgeCertificate;
    /** Whether `pulumi up` waits until the Ingress has an address, which it never gets where no load balancer is. Defaults to false. */
    awaitAddress?: boolean;
}

export const ingressRules: Rules = {
    controller: memberOf(IngressController),
    className: dnsName,
    "annotations{}": text,
    ...below("certificate", edgeCertificateRules),
    awaitAddress: flag,
};

export function ingressProblems(args: RegistryIngress | undefined): Problem[] {
    if (args === undefined) return [];
    const reason = `is missing; say what serves the Ingress: ${Object.values(IngressController).join(", ")}`;
    return [
        ...(args.controller === undefined ? [{ path: "expose.ingress.controller", reason }] : []),
        ...edgeCertificateProblems("expose.ingress.certificate", args.certificate),
    ];
}

/** Seconds for which a proxy waits for the next bytes of a layer or of the storage. */
const patience = 900;

/**
 * What makes a controller pass layers of any size on as they come, and speak with the pods as they do.
 * https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 * https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/
 */
export function controllerAnnotations(
    controller: IngressController,
    serviceName: string,
    isPlain: boolean,
): Record<string, string> {
    const nginx = "nginx.ingress.kubernetes.io";
    switch (controller) {
        case IngressController.Nginx:
            return {
                [`${nginx}/proxy-body-size`]: "0",
                [`${nginx}/proxy-request-buffering`]: "off",
                [`${nginx}/proxy-read-timeout`]: String(patience),
                [`${nginx}/proxy-send-timeout`]: String(patience),
                [`${nginx}/backend-protocol`]: isPlain ? "HTTP" : "HTTPS",
                [`${nginx}/ssl-redirect`]: "true",
            };
        case IngressController.NginxF5:
            return {
                "nginx.org/client-max-body-size": "0",
                "nginx.org/proxy-read-timeout": `${patience}s`,
                "nginx.org/proxy-send-timeout": `${patience}s`,
                "nginx.org/redirect-to-https": "true",
                ...(!isPlain && { "nginx.org/ssl-services": serviceName }),
            };
        case IngressController.Traefik:
            return {
                "traefik.ingress.kubernetes.io/router.entrypoints": "websecure",
                "traefik.ingress.kubernetes.io/router.tls": "true",
            };
        default:
            return {};
    }
}

/** What an Ingress needs on the Service: Traefik reads there how to speak with the pods. */
export function serviceAnnotations(
    args: RegistryIngress | undefined,
    transport: pulumi.Input<string>,
    isPlain: boolean,
): Record<string, pulumi.Input<string>> {
    if (args?.controller !== IngressController.Traefik || isPlain) return {};
    return {
        "traefik.ingress.kubernetes.io/service.serversscheme": "https",
        "traefik.ingress.kubernetes.io/service.serverstransport": transport,
    };
}

export function createIngress(edge: Edge, args: RegistryIngress, dependsOn: pulumi.Resource[]): void {
    const { identity, namespace, serviceName, isPlain, parent } = edge;
    const { labels, annotations } = marks(identity, "exposure", {
        ...controllerAnnotations(args.controller, serviceName, isPlain),
        ...args.annotations,
        ...(!args.awaitAddress && { "pulumi.com/skipAwait": "true" }),
    });
    const secretName = edgeSecretName(edge, "expose.ingress.certificate", "ingress-tls", args.certificate);
    const backend = { service: { name: serviceName, port: { number: servicePort(isPlain).port } } };
    new k8s.networking.v1.Ingress(
        `${identity.name}-ingress`,
        {
            metadata: { namespace, labels, annotations },
            spec: {
                ingressClassName: args.className,
                tls: [{ hosts: hostNames(edge), secretName }],
                rules: hostNames(edge).apply((hosts) =>
                    hosts.map((host) => ({ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } })),
                ),
            },
        },
        { parent, dependsOn },
    );
}

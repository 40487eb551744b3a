import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { boolean, dnsName, memberOf, string } from "../arguments/rules";
import { fields, mapOf, plain, required } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import { servicePort } from "../server/service";
import {
    type Backend,
    backends,
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

export const ingressRules = fields<RegistryIngress>({
    controller: required(
        plain(memberOf(IngressController)),
        `say what serves the Ingress: ${Object.values(IngressController).join(", ")}`,
    ),
    className: dnsName,
    annotations: mapOf(string),
    certificate: edgeCertificateRules("ingress-key"),
    awaitAddress: plain(boolean),
});

export function ingressProblems(args: RegistryIngress | undefined): Problem[] {
    return edgeCertificateProblems("expose.ingress.certificate", args?.certificate);
}

/** The arguments with every default. */
export interface IngressSettings extends Omit<RegistryIngress, "certificate"> {
    readonly annotations: Record<string, pulumi.Input<string>>;
    readonly certificate: EdgeCertificateSettings | undefined;
    readonly awaitAddress: boolean;
}

export function ingressSettings(args: RegistryIngress): IngressSettings {
    return { annotations: {}, awaitAddress: false, ...args, certificate: edgeCertificateSettings(args.certificate) };
}

const traefik = "traefik.ingress.kubernetes.io";

/** Seconds that a proxy waits for the next bytes of a layer or of the storage. */
const proxyTimeout = 900;

/**
 * What makes a controller pass layers of any size on as they come, and speak with the pods as they do.
 * https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 * https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/
 */
export function controllerAnnotations(
    controller: IngressController,
    serviceNames: string[],
    isPlain: boolean,
): Record<string, string> {
    const nginx = "nginx.ingress.kubernetes.io";
    switch (controller) {
        case IngressController.Nginx:
            return {
                [`${nginx}/proxy-body-size`]: "0",
                [`${nginx}/proxy-request-buffering`]: "off",
                [`${nginx}/proxy-read-timeout`]: String(proxyTimeout),
                [`${nginx}/proxy-send-timeout`]: String(proxyTimeout),
                [`${nginx}/backend-protocol`]: isPlain ? "HTTP" : "HTTPS",
                [`${nginx}/ssl-redirect`]: "true",
            };
        case IngressController.NginxF5:
            return {
                "nginx.org/client-max-body-size": "0",
                "nginx.org/proxy-read-timeout": `${proxyTimeout}s`,
                "nginx.org/proxy-send-timeout": `${proxyTimeout}s`,
                "nginx.org/redirect-to-https": "true",
                ...(!isPlain && { "nginx.org/ssl-services": serviceNames.join(",") }),
            };
        case IngressController.Traefik:
            return {
                [`${traefik}/router.entrypoints`]: "websecure",
                [`${traefik}/router.tls`]: "true",
            };
        default:
            return {};
    }
}

/** A custom resource as Traefik's annotations name it. */
function ofTraefik(namespace: pulumi.Output<string>, name: string): pulumi.Output<string> {
    return pulumi.interpolate`${namespace}-${name}@kubernetescrd`;
}

/** Annotations of a Service behind the Ingress: Traefik reads there how to connect to the pods. */
export function edgeAnnotations(
    scope: Scope,
    {
        expose,
        isPlain,
    }: { readonly expose: { readonly ingress: IngressSettings | undefined }; readonly isPlain: boolean },
    serviceName: string,
): Record<string, pulumi.Input<string>> {
    if (expose.ingress?.controller !== IngressController.Traefik || isPlain) return {};
    return {
        [`${traefik}/service.serversscheme`]: "https",
        [`${traefik}/service.serverstransport`]: ofTraefik(scope.namespace, serviceName),
    };
}

export function createIngress(edge: Edge, args: IngressSettings, dependsOn: pulumi.Resource[]): void {
    const { isPlain, ui } = edge;
    const secretName = edgeSecretName(edge, "expose.ingress.certificate", "ingress-tls", args.certificate);
    const own = controllerAnnotations(
        args.controller,
        backends(edge).map(({ serviceName }) => serviceName),
        isPlain,
    );
    const needsOwnIngress = ui !== undefined && args.controller === IngressController.Traefik;
    ingress(edge, args, dependsOn, {
        prefix: "",
        annotations: { ...own, ...args.annotations },
        secretName,
        hosts: hostNames(edge),
        // F5's controller wants all paths of a host in one Ingress.
        pathsOf: (isFirst) => [
            ...(ui && !needsOwnIngress && isFirst ? [pathTo(uiPath, ui.serviceName, isPlain)] : []),
            pathTo("/", edge.serviceName, isPlain),
        ],
    });
    if (!needsOwnIngress) return;
    // Traefik applies middlewares to a whole Ingress, and only requests to the web UI should lose their password.
    ingress(edge, args, dependsOn, {
        prefix: ui.prefix,
        annotations: { ...own, ...annotationsOfUi(edge, ui, args.annotations) },
        secretName,
        hosts: hostNames(edge).apply(([first]) => [first]),
        pathsOf: () => [pathTo(uiPath, ui.serviceName, isPlain)],
    });
}

/** The user's annotations for Traefik, but not those e.g. for cert-manager, which would request the certificate a second time. */
function annotationsOfUi({ scope }: Edge, ui: Backend, given: IngressSettings["annotations"]) {
    const middlewares = `${traefik}/router.middlewares`;
    const passedOn = Object.entries(given).filter(([key]) => key.startsWith(`${traefik}/`));
    const own = ofTraefik(scope.namespace, ui.serviceName);
    const all = given[middlewares] === undefined ? own : pulumi.interpolate`${given[middlewares]},${own}`;
    return { ...Object.fromEntries(passedOn), [middlewares]: all };
}

interface IngressPath {
    readonly path: string;
    readonly pathType: "Prefix";
    readonly backend: { readonly service: { readonly name: string; readonly port: { readonly number: number } } };
}

function pathTo(path: string, name: string, isPlain: boolean): IngressPath {
    return { path, pathType: "Prefix", backend: { service: { name, port: { number: servicePort(isPlain).port } } } };
}

interface IngressContent {
    readonly prefix: Backend["prefix"];
    readonly annotations: Record<string, pulumi.Input<string>>;
    readonly secretName: pulumi.Output<string>;
    readonly hosts: pulumi.Output<string[]>;
    readonly pathsOf: (isFirst: boolean) => IngressPath[];
}

function ingress(
    { scope }: Edge,
    args: IngressSettings,
    dependsOn: pulumi.Resource[],
    { prefix, annotations, secretName, hosts, pathsOf }: IngressContent,
): void {
    new k8s.networking.v1.Ingress(
        scope.name(`${prefix}ingress`),
        {
            metadata: {
                ...scope.metadata("exposure", {
                    ...annotations,
                    ...(!args.awaitAddress && { "pulumi.com/skipAwait": "true" }),
                }),
            },
            spec: {
                ingressClassName: args.className,
                tls: [{ hosts, secretName }],
                rules: hosts.apply((names) => names.map((host, i) => ({ host, http: { paths: pathsOf(i === 0) } }))),
            },
        },
        { parent: scope.parent, dependsOn },
    );
}

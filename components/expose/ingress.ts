import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { annotations } from "../arguments/labels";
import { boolean, dnsName, memberOf } from "../arguments/rules";
import { fields, plain, required } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import { servicePort } from "../server/service";
import { certManagerSecretName } from "../tls/certManager";
import type { RegistryTls } from "../tls/tls";
import {
    laterRequestingAnnotation,
    noRequest,
    requestedSecretName,
    requestingAnnotation,
    requestProblems,
} from "./certManagerShim";
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

/** Ingress controller, which determines the annotations that large layers need. */
export enum IngressController {
    /** ingress-nginx of the Kubernetes project, with annotations `nginx.ingress.kubernetes.io`. */
    Nginx = "nginx",
    /**
     * F5's NGINX Ingress Controller, with annotations `nginx.org`. It buffers each layer on disk before it forwards it, unless its
     * ConfigMap has `proxy_request_buffering off` in `http-snippets`.
     */
    NginxF5 = "nginx-f5",
    /**
     * Traefik, with its custom resource definitions installed. Its entry point aborts uploads after 60 seconds unless
     * `transport.respondingTimeouts.readTimeout` is 0.
     */
    Traefik = "traefik",
    /** Another controller: set the annotations that it needs. */
    Other = "other",
}

/** An Ingress for the registry's hosts. */
export interface RegistryIngress {
    /** Controller that serves the Ingress. */
    controller: IngressController;
    /** Ingress class (`ingressClassName`). Defaults to the cluster's default class. */
    className?: pulumi.Input<string>;
    /** Annotations of the Ingress, merged over the ones for the controller. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
    /**
     * Certificate for TLS termination. Defaults to the pods' certificate. With an annotation for which cert-manager requests a
     * certificate (`cert-manager.io/cluster-issuer`, `cert-manager.io/issuer` or `kubernetes.io/tls-acme`), it defaults to the Secret
     * `<serviceName>-ingress-tls`, which cert-manager creates.
     */
    certificate?: EdgeCertificate;
    /** Whether `pulumi up` waits until the Ingress has an address. Without a load balancer it never gets one. Defaults to false. */
    awaitAddress?: boolean;
}

export const ingressRules = fields<RegistryIngress>({
    controller: required(
        plain(memberOf(IngressController)),
        `set the controller that serves the Ingress: ${Object.values(IngressController).join(", ")}`,
    ),
    className: dnsName,
    annotations,
    certificate: edgeCertificateRules("ingress-key"),
    awaitAddress: plain(boolean),
});

const certificatePath = "expose.ingress.certificate";

/** What the problems of an Ingress depend on. */
export interface IngressContext {
    readonly tls: RegistryTls;
    readonly serviceName: string;
    /** Annotations of every object. */
    readonly annotations: Readonly<Record<string, unknown>>;
}

export function ingressProblems(args: RegistryIngress | undefined, context: IngressContext): Problem[] {
    if (args === undefined) return [];
    const { tls, serviceName, annotations } = context;
    const requesting = requestingAnnotation({ ...annotations, ...args.annotations });
    const secrets = tls.certManager ? [certManagerSecretName(serviceName)] : [];
    return [
        ...edgeCertificateProblems(certificatePath, args.certificate),
        ...requestProblems(certificatePath, requesting, args.certificate, { serviceName, secrets }),
    ];
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

/** Seconds for which a proxy waits for the next bytes from a client or the registry. */
const proxyTimeout = 900;

/**
 * Annotations that make a controller stream layers of any size, and connect to the pods with TLS unless they serve plain HTTP.
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

/** Reference to a custom resource in Traefik's annotations. */
function traefikReference(namespace: pulumi.Output<string>, name: string): pulumi.Output<string> {
    return pulumi.interpolate`${namespace}-${name}@kubernetescrd`;
}

/** Annotations of a Service behind the Ingress, from which Traefik reads how to connect to the pods. */
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
        [`${traefik}/service.serverstransport`]: traefikReference(scope.namespace, serviceName),
    };
}

export function createIngress(
    edge: Edge,
    args: IngressSettings,
    dependsOn: pulumi.Resource[],
): k8s.networking.v1.Ingress[] {
    const { isPlain, ui } = edge;
    const secretName = ingressSecretName(edge, args);
    const own = controllerAnnotations(
        args.controller,
        backends(edge).map(({ serviceName }) => serviceName),
        isPlain,
    );
    const needsOwnIngress = ui !== undefined && args.controller === IngressController.Traefik;
    const toRegistry = ingress(edge, args, dependsOn, {
        prefix: "",
        annotations: { ...own, ...args.annotations },
        secretName,
        hosts: hostNames(edge),
        // F5's controller requires all paths of a host in one Ingress.
        pathsOf: (isFirst) => [
            ...(ui && !needsOwnIngress && isFirst ? [pathTo(uiPath, ui.serviceName, isPlain)] : []),
            pathTo("/", edge.serviceName, isPlain),
        ],
    });
    if (!needsOwnIngress) return [toRegistry];
    // Traefik applies middlewares to a whole Ingress, and the password must be removed only from requests to the web UI.
    const toUi = ingress(edge, args, dependsOn, {
        prefix: ui.prefix,
        annotations: { ...own, ...annotationsOfUi(edge, ui, args.annotations) },
        secretName,
        hosts: hostNames(edge).apply(([first]) => [first]),
        pathsOf: () => [pathTo(uiPath, ui.serviceName, isPlain)],
    });
    return [toRegistry, toUi];
}

/** Name of the Secret for TLS termination. If cert-manager writes to it because of an annotation, it is a separate one. */
function ingressSecretName(edge: Edge, { certificate, annotations }: IngressSettings): pulumi.Output<string> {
    const { scope, serviceName, isPlain } = edge;
    const { ownsSecret } = edge.certificate;
    const named = edgeSecretName(edge, certificatePath, "ingress-tls", certificate);
    const requesting = laterRequestingAnnotation(scope.podMetadata("exposure", annotations).annotations);
    return pulumi.all([named, edge.certificate.secretName, requesting]).apply(([name, ofPods, annotation]) => {
        const known = certificate?.existingSecret ? { existingSecret: { name } } : certificate;
        const secrets = ownsSecret ? [ofPods] : [];
        const problems = requestProblems(certificatePath, annotation, known, { serviceName, secrets });
        // With plain HTTP to the pods, `tls` names the Secret of the edge.
        const isNamed = certificate !== undefined || (isPlain && !ownsSecret);
        const secretName = annotation === undefined || isNamed ? name : requestedSecretName(serviceName);
        return scope.unlessProblems(problems, secretName);
    });
}

/** Only the user's Traefik annotations. With others, e.g. cert-manager's, the certificate would be requested a second time. */
function annotationsOfUi(
    { scope }: Edge,
    ui: Backend,
    given: IngressSettings["annotations"],
): IngressContent["annotations"] {
    const middlewares = `${traefik}/router.middlewares`;
    const traefikAnnotations = Object.entries(given).filter(([key]) => key.startsWith(`${traefik}/`));
    const own = traefikReference(scope.namespace, ui.serviceName);
    const all = given[middlewares] === undefined ? own : pulumi.interpolate`${given[middlewares]},${own}`;
    return { ...Object.fromEntries(traefikAnnotations), ...noRequest, [middlewares]: all };
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
    readonly annotations: Record<string, pulumi.Input<string> | undefined>;
    readonly secretName: pulumi.Output<string>;
    readonly hosts: pulumi.Output<string[]>;
    readonly pathsOf: (isFirst: boolean) => IngressPath[];
}

function ingress(
    { scope }: Edge,
    args: IngressSettings,
    dependsOn: pulumi.Resource[],
    { prefix, annotations, secretName, hosts, pathsOf }: IngressContent,
): k8s.networking.v1.Ingress {
    return new k8s.networking.v1.Ingress(
        scope.name(`${prefix}ingress`),
        {
            metadata: scope.metadata(scope.objectName(`${prefix}ingress`), "exposure", {
                ...annotations,
                ...(!args.awaitAddress && { "pulumi.com/skipAwait": "true" }),
            }),
            spec: {
                ingressClassName: args.className,
                tls: [{ hosts, secretName }],
                rules: hosts.apply((names) => names.map((host, i) => ({ host, http: { paths: pathsOf(i === 0) } }))),
            },
        },
        scope.fixedOptions({ dependsOn }),
    );
}

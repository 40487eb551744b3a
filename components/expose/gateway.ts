import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { dnsName, integer, string } from "../arguments/rules";
import { fields, mapOf, nonEmptyListOf, required } from "../arguments/shapes";
import { servicePort } from "../server/service";
import { type Backend, type Edge, hostNames, registryBackend, uiPath } from "./edge";

const gatewayApi = "gateway.networking.k8s.io/v1";

/** A Gateway that the route belongs to. */
export interface GatewayParent {
    /** Name of the Gateway. */
    name: pulumi.Input<string>;
    /** Its namespace. Defaults to the registry's. */
    namespace?: pulumi.Input<string>;
    /** Name of the listener. Defaults to all that allow the route. */
    sectionName?: pulumi.Input<string>;
    /** Port of the listener. Defaults to all. */
    port?: pulumi.Input<number>;
}

/** An HTTPRoute of the Gateway API, at a Gateway of the team's, which has the certificate that clients see. */
export interface RegistryGateway {
    /** The Gateways that it belongs to. */
    parentRefs: GatewayParent[];
    /** Annotations of the HTTPRoute. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
}

const parentRules = fields<GatewayParent>({
    name: required(dnsName, "name the Gateway"),
    namespace: dnsName,
    sectionName: dnsName,
    port: integer(1, 65535),
});

export const gatewayRules = fields<RegistryGateway>({
    parentRefs: required(
        nonEmptyListOf(parentRules, "is empty; name at least one Gateway"),
        "name at least one Gateway",
    ),
    annotations: mapOf(string),
});

/** The routes to the registry and the web UI, after what says how the Gateway speaks with their pods when those speak TLS. */
export function createGatewayRoute(edge: Edge, args: RegistryGateway, dependsOn: pulumi.Resource[]): void {
    route(edge, args, registryBackend(edge), dependsOn, {
        hostnames: hostNames(edge),
        path: "/",
        // None: the push of a large layer is one long request.
        rule: { timeouts: { request: "0s" } },
    });
    if (edge.ui === undefined) return;
    // The pages need no password, whatever a browser sends.
    const filter = { type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["Authorization"] } };
    const hostnames = hostNames(edge).apply(([first]) => [first]);
    route(edge, args, edge.ui, dependsOn, { hostnames, path: uiPath, rule: { filters: [filter] } });
}

interface Route {
    readonly hostnames: pulumi.Output<string[]>;
    readonly path: string;
    /** What the rule has beside the path and the backend. */
    readonly rule: object;
}

function route(
    { scope, isPlain }: Edge,
    args: RegistryGateway,
    backend: Backend,
    dependsOn: pulumi.Resource[],
    { hostnames, path, rule }: Route,
): void {
    new k8s.apiextensions.CustomResource(
        scope.name(`${backend.prefix}http-route`),
        {
            apiVersion: gatewayApi,
            kind: "HTTPRoute",
            metadata: scope.metadata("exposure", args.annotations),
            spec: {
                parentRefs: args.parentRefs,
                hostnames,
                rules: [
                    {
                        matches: [{ path: { type: "PathPrefix", value: path } }],
                        backendRefs: [{ name: backend.serviceName, port: servicePort(isPlain).port }],
                        ...rule,
                    },
                ],
            },
        },
        { parent: scope.parent, dependsOn },
    );
}

/** How a Gateway speaks with a backend: over TLS, with a certificate that it checks. */
export function backendTlsPolicy(
    edge: Edge,
    backend: Backend,
    authority: pulumi.Output<string> | undefined,
): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        edge.scope.name(`${backend.prefix}backend-tls-policy`),
        {
            apiVersion: gatewayApi,
            kind: "BackendTLSPolicy",
            metadata: edge.scope.metadata("exposure"),
            spec: {
                targetRefs: [{ group: "", kind: "Service", name: backend.serviceName }],
                validation: {
                    hostname: backend.serverName,
                    ...(authority
                        ? { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: authority }] }
                        : { wellKnownCACertificates: "System" }),
                },
            },
        },
        { parent: edge.scope.parent },
    );
}

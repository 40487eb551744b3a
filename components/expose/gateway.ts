import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { dnsName, integer, string } from "../arguments/rules";
import { fields, mapOf, nonEmptyListOf, required } from "../arguments/shapes";
import { servicePort } from "../server/service";
import { type Backend, type Edge, hostNames, registryBackend, uiPath } from "./edge";

const gatewayApi = "gateway.networking.k8s.io/v1";

/** A Gateway that the HTTPRoute is attached to. */
export interface GatewayParent {
    /** Name of the Gateway. */
    name: pulumi.Input<string>;
    /** Namespace of the Gateway. Defaults to the registry's. */
    namespace?: pulumi.Input<string>;
    /**
     * Name of the listener (`sectionName`). Defaults to all listeners that allow the route, including those for plain HTTP: the policy
     * `tls-on-exposed-paths` requires this or `port`.
     */
    sectionName?: pulumi.Input<string>;
    /** Port of the listener. Defaults to all ports. */
    port?: pulumi.Input<number>;
}

/** An HTTPRoute of the Gateway API, attached to an existing Gateway. TLS termination is at the Gateway, with its certificate. */
export interface RegistryGateway {
    /** Gateways that the HTTPRoute is attached to (`parentRefs`). */
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

/** Creates the HTTPRoutes to the registry and the web UI, after the BackendTLSPolicies for their Services. */
export function createGatewayRoute(edge: Edge, args: RegistryGateway, dependsOn: pulumi.Resource[]): void {
    route(edge, args, registryBackend(edge), dependsOn, {
        hostnames: hostNames(edge),
        path: "/",
        // No timeout: the push of a large layer is one long request.
        rule: { timeouts: { request: "0s" } },
    });
    if (edge.ui === undefined) return;
    // The web UI's pods need no password, although browsers send it.
    const filter = { type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["Authorization"] } };
    const hostnames = hostNames(edge).apply(([first]) => [first]);
    route(edge, args, edge.ui, dependsOn, { hostnames, path: uiPath, rule: { filters: [filter] } });
}

interface Route {
    readonly hostnames: pulumi.Output<string[]>;
    readonly path: string;
    /** Further fields of the rule. */
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

/** Creates a BackendTLSPolicy: the Gateway connects to a backend with TLS, and verifies its certificate. */
export function backendTlsPolicy(
    edge: Edge,
    backend: Backend,
    caName: pulumi.Output<string> | undefined,
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
                    ...(caName
                        ? { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: caName }] }
                        : { wellKnownCACertificates: "System" }),
                },
            },
        },
        { parent: edge.scope.parent },
    );
}

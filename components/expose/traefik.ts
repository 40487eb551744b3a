import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Backend, Edge } from "./edge";

export const traefikApi = "traefik.io/v1alpha1";

/** How Traefik speaks with a backend: over TLS, with a certificate that it checks. It has the name of the Service. */
export function serversTransport(
    edge: Edge,
    backend: Backend,
    authority: pulumi.Output<string> | undefined,
): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        edge.scope.name(`${backend.prefix}servers-transport`),
        {
            apiVersion: traefikApi,
            kind: "ServersTransport",
            metadata: { name: backend.serviceName, ...edge.scope.metadata("exposure") },
            spec: { serverName: backend.serverName, ...(authority && { rootCAs: [{ configMap: authority }] }) },
        },
        { parent: edge.scope.parent },
    );
}

/** Keeps passwords from a backend that needs none, whatever a browser sends. It has the name of the Service. */
export function withoutPassword(edge: Edge, backend: Backend): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        edge.scope.name(`${backend.prefix}without-password`),
        {
            apiVersion: traefikApi,
            kind: "Middleware",
            metadata: { name: backend.serviceName, ...edge.scope.metadata("exposure") },
            // Traefik removes a header that has no value.
            spec: { headers: { customRequestHeaders: { Authorization: "" } } },
        },
        { parent: edge.scope.parent },
    );
}

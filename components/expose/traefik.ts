import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Backend, Edge } from "./edge";

export const traefikApi = "traefik.io/v1alpha1";

/** Creates a ServersTransport, named after the Service: Traefik connects to a backend with TLS, and verifies its certificate. */
export function serversTransport(
    edge: Edge,
    backend: Backend,
    caName: pulumi.Output<string> | undefined,
): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        edge.scope.name(`${backend.prefix}servers-transport`),
        {
            apiVersion: traefikApi,
            kind: "ServersTransport",
            metadata: { name: backend.serviceName, ...edge.scope.metadata("exposure") },
            spec: { serverName: backend.serverName, ...(caName && { rootCAs: [{ configMap: caName }] }) },
        },
        edge.scope.options(),
    );
}

/** Creates a Middleware, named after the Service, that removes passwords from requests to a backend that needs none. */
export function removePassword(edge: Edge, backend: Backend): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        edge.scope.name(`${backend.prefix}without-password`),
        {
            apiVersion: traefikApi,
            kind: "Middleware",
            metadata: { name: backend.serviceName, ...edge.scope.metadata("exposure") },
            // Traefik removes a header with an empty value.
            spec: { headers: { customRequestHeaders: { Authorization: "" } } },
        },
        edge.scope.options(),
    );
}

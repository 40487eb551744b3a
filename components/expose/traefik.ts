import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { secretByContent } from "../kubernetes/contentNamed";
import type { Backend, Edge } from "./edge";

export const traefikApi = "traefik.io/v1alpha1";

/**
 * Creates a ServersTransport, named after the Service: Traefik connects to a backend with TLS, and verifies its certificate. The CA
 * certificates are in a Secret, because `rootCAs`, which also reads a ConfigMap, exists only from Traefik 3.4.1 on.
 */
export function serversTransport(edge: Edge, backend: Backend): k8s.apiextensions.CustomResource {
    const caName = caSecret(edge, backend);
    return new k8s.apiextensions.CustomResource(
        edge.scope.name(`${backend.prefix}servers-transport`),
        {
            apiVersion: traefikApi,
            kind: "ServersTransport",
            metadata: edge.scope.metadata(backend.serviceName, "exposure"),
            spec: { serverName: backend.serverName, ...(caName && { rootCAsSecrets: [caName] }) },
        },
        edge.scope.objectOptions(),
    );
}

/** Creates a Secret with a backend's CA certificates; undefined if the certificate is publicly trusted. */
function caSecret({ scope }: Edge, { prefix, caCertPem }: Backend): pulumi.Output<string> | undefined {
    if (caCertPem === undefined) return undefined;
    return secretByContent(scope, `${prefix}authority`, "exposure", { "ca.crt": caCertPem }).name;
}

/** Creates a Middleware, named after the Service, that removes passwords from requests to a backend that needs none. */
export function removePassword(edge: Edge, backend: Backend): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        edge.scope.name(`${backend.prefix}without-password`),
        {
            apiVersion: traefikApi,
            kind: "Middleware",
            metadata: edge.scope.metadata(backend.serviceName, "exposure"),
            // Traefik removes a header with an empty value.
            spec: { headers: { customRequestHeaders: { Authorization: "" } } },
        },
        edge.scope.objectOptions(),
    );
}

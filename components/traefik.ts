import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { backendName, type Edge } from "./edge";
import { marks } from "./labels";

export const traefikApi = "traefik.io/v1alpha1";

/** How Traefik speaks with the pods: over TLS, with a certificate that it checks. It has the name of the Service. */
export function serversTransport(
    edge: Edge,
    authority: pulumi.Output<string> | undefined,
): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        `${edge.identity.name}-servers-transport`,
        {
            apiVersion: traefikApi,
            kind: "ServersTransport",
            metadata: { name: edge.serviceName, namespace: edge.namespace, ...marks(edge.identity, "exposure") },
            spec: { serverName: backendName(edge), ...(authority && { rootCAs: [{ configMap: authority }] }) },
        },
        { parent: edge.parent },
    );
}

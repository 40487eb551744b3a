import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { backendName, type Edge, hostNames, servicePort } from "./edge";
import { marks } from "./labels";
import { dnsName, text, wholeNumber } from "./rules";
import type { Problem, Rules } from "./validation";

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

export const gatewayRules: Rules = {
    "parentRefs[].name": dnsName,
    "parentRefs[].namespace": dnsName,
    "parentRefs[].sectionName": dnsName,
    "parentRefs[].port": wholeNumber(1, 65535),
    "annotations{}": text,
};

export function gatewayProblems(args: RegistryGateway | undefined): Problem[] {
    if (args === undefined) return [];
    const path = "expose.gateway.parentRefs";
    if (!args.parentRefs?.length) return [{ path, reason: "names no Gateway; name at least one" }];
    return args.parentRefs.flatMap(({ name }, i) =>
        name === undefined ? [{ path: `${path}[${i}].name`, reason: "is missing; name the Gateway" }] : [],
    );
}

/** The route, and how the Gateway speaks with the pods when those speak TLS. */
export function createGatewayRoute(
    edge: Edge,
    args: RegistryGateway,
    authority: pulumi.Output<string> | undefined,
): void {
    const { identity, namespace, serviceName, isPlain, parent } = edge;
    const { labels, annotations } = marks(identity, "exposure", args.annotations);
    const { port } = servicePort(isPlain);
    const policy = isPlain
        ? []
        : [
              new k8s.apiextensions.CustomResource(
                  `${identity.name}-backend-tls-policy`,
                  {
                      apiVersion: gatewayApi,
                      kind: "BackendTLSPolicy",
                      metadata: { namespace, ...marks(identity, "exposure") },
                      spec: {
                          targetRefs: [{ group: "", kind: "Service", name: serviceName }],
                          validation: {
                              hostname: backendName(edge),
                              ...(authority
                                  ? { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: authority }] }
                                  : { wellKnownCACertificates: "System" }),
                          },
                      },
                  },
                  { parent },
              ),
          ];
    new k8s.apiextensions.CustomResource(
        `${identity.name}-http-route`,
        {
            apiVersion: gatewayApi,
            kind: "HTTPRoute",
            metadata: { namespace, labels, annotations },
            spec: {
                parentRefs: args.parentRefs,
                hostnames: hostNames(edge),
                rules: [
                    {
                        matches: [{ path: { type: "PathPrefix", value: "/" } }],
                        backendRefs: [{ name: serviceName, port }],
                        // None: the push of a large layer is one long request.
                        timeouts: { request: "0s" },
                    },
                ],
            },
        },
        { parent, dependsOn: policy },
    );
}

import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { annotations } from "../arguments/labels";
import { dnsName, gatewayApiVersion, integer } from "../arguments/rules";
import { fields, nonEmptyListOf, plain, required } from "../arguments/shapes";
import { configMapByContent } from "../kubernetes/contentNamed";
import { servicePort } from "../server/service";
import { type Backend, type Edge, hostNames, registryBackend, uiPath } from "./edge";

const group = "gateway.networking.k8s.io";

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
    /** Port of the listener. Version 1.0 needs the experimental channel for it. Defaults to all ports. */
    port?: pulumi.Input<number>;
}

/**
 * An HTTPRoute of the Gateway API 1.0 or newer, attached to an existing Gateway. TLS termination is at the Gateway, with its certificate.
 * For TLS to the pods, the cluster needs BackendTLSPolicy, which has been in the standard channel since version 1.4.
 */
export interface RegistryGateway {
    /** Gateways that the HTTPRoute is attached to (`parentRefs`). */
    parentRefs: GatewayParent[];
    /**
     * Version of the Gateway API's definitions in the cluster, e.g. `1.3`, if it is older than 1.4: the annotation
     * `gateway.networking.k8s.io/bundle-version` of the CustomResourceDefinition `httproutes.gateway.networking.k8s.io`. From 1.1 to 1.3,
     * TLS to the pods needs the experimental channel (BackendTLSPolicy `v1alpha3`). The alternative, and the only way with 1.0, is
     * `tls.plainBackend`. Defaults to 1.4 or newer (BackendTLSPolicy `v1`).
     */
    version?: string;
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
    version: plain(gatewayApiVersion),
    annotations,
});

export function gatewayProblems(args: RegistryGateway | undefined, isPlain: boolean): Problem[] {
    // For a version that its rule rejects, this is not a number.
    if (args === undefined || isPlain || !(minorVersion(args) < 1)) return [];
    const reason =
        "has no BackendTLSPolicy that the component can use, so the Gateway could not connect to the pods with TLS; install version 1.4 or newer, or set tls.plainBackend";
    return [{ path: "expose.gateway.version", reason }];
}

/** The first version whose standard channel has BackendTLSPolicy. */
const firstWithPolicy = 4;
/** The first version whose standard channel has the timeouts of HTTPRoutes. */
const firstWithTimeouts = 2;

/** The second part of the Gateway API's version. */
function minorVersion({ version }: Pick<RegistryGateway, "version">): number {
    return version === undefined ? firstWithPolicy : Number(/^v?1\.(\d+)/.exec(version)?.[1]);
}

/** Creates the HTTPRoutes to the registry and the web UI, after the BackendTLSPolicies for their Services. */
export function createGatewayRoute(
    edge: Edge,
    args: RegistryGateway,
    dependsOn: pulumi.Resource[],
): k8s.apiextensions.CustomResource[] {
    // With TLS to the pods, older versions have the experimental channel, which has had timeouts since 1.0.
    const hasTimeouts = !edge.isPlain || minorVersion(args) >= firstWithTimeouts;
    const toRegistry = route(edge, args, registryBackend(edge), dependsOn, {
        hostnames: hostNames(edge),
        path: "/",
        // No timeout: the push of a large layer is one long request.
        rule: hasTimeouts ? { timeouts: { request: "0s" } } : {},
    });
    if (edge.ui === undefined) return [toRegistry];
    // The web UI's pods need no password, although browsers send it.
    const filter = { type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["Authorization"] } };
    const hostnames = hostNames(edge).apply(([first]) => [first]);
    const rule = { filters: [filter] };
    return [toRegistry, route(edge, args, edge.ui, dependsOn, { hostnames, path: uiPath, rule })];
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
): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        scope.name(`${backend.prefix}http-route`),
        {
            apiVersion: `${group}/v1`,
            kind: "HTTPRoute",
            metadata: scope.metadata(scope.objectName(`${backend.prefix}http-route`), "exposure", args.annotations),
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
        scope.fixedOptions({ dependsOn }),
    );
}

/**
 * The provider's default is to delete in the foreground, for which Kubernetes' garbage collector is needed. After an upgrade of the
 * definitions, it looks for the object in the version that is gone, until kube-controller-manager is restarted.
 */
const backgroundDeletion = { "pulumi.com/deletionPropagationPolicy": "background" };

/**
 * Creates a BackendTLSPolicy: the Gateway connects to a backend with TLS, and verifies its certificate. What it says is the same in
 * `v1alpha3` (Gateway API 1.1 to 1.3, experimental channel) and `v1`, so that an upgrade of the definitions updates the same object.
 */
export function backendTlsPolicy(
    edge: Edge,
    backend: Backend,
    args: RegistryGateway,
): k8s.apiextensions.CustomResource {
    const { scope } = edge;
    const name = `${backend.prefix}backend-tls-policy`;
    const caName = caConfigMap(edge, backend);
    const [version, other] = minorVersion(args) >= firstWithPolicy ? ["v1", "v1alpha3"] : ["v1alpha3", "v1"];
    return new k8s.apiextensions.CustomResource(
        scope.name(name),
        {
            apiVersion: `${group}/${version}`,
            kind: "BackendTLSPolicy",
            metadata: scope.metadata(scope.objectName(name), "exposure", backgroundDeletion),
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
        scope.fixedOptions({ aliases: [{ type: `kubernetes:${group}/${other}:BackendTLSPolicy` }] }),
    );
}

/** Creates a ConfigMap with a backend's CA certificates; undefined if the certificate is publicly trusted. */
function caConfigMap({ scope }: Edge, { prefix, caCertPem }: Backend): pulumi.Output<string> | undefined {
    if (caCertPem === undefined) return undefined;
    return configMapByContent(scope, `${prefix}authority`, "exposure", { "ca.crt": caCertPem });
}

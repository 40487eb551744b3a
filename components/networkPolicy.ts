import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./arguments/check";
import { boolean, cidr, dnsLabel, integer } from "./arguments/rules";
import { fields, listOf, plain, required } from "./arguments/shapes";
import { unlessEmpty } from "./kubernetes/emptyFields";
import type { Scope } from "./kubernetes/scope";
import { inPod } from "./server/configYml";
import { uiPort } from "./ui/ui";

/** An allowed egress destination. */
export interface NetworkDestination {
    /** Address range in CIDR notation, e.g. `10.20.0.0/16` (`ipBlock.cidr`). */
    cidr: pulumi.Input<string>;
    /** TCP ports. Defaults to 443. */
    ports?: pulumi.Input<number>[];
}

/**
 * NetworkPolicies for the registry's namespace. They deny all ingress and egress except DNS, traffic between the component's own pods,
 * and what these arguments allow. They take effect only if the cluster's network plugin enforces NetworkPolicies.
 */
export interface RegistryNetworkPolicy {
    /** Whether to create NetworkPolicies. Defaults to true if this object is present. */
    enabled?: boolean;
    /**
     * Address ranges that can connect to the registry, in CIDR notation. Include the nodes, which pull, and the clients of a load
     * balancer or NodePort. Defaults to all addresses; the registry requires a password in any case.
     */
    clients?: pulumi.Input<string>[];
    /**
     * Namespaces whose pods can connect to the registry, e.g. the Ingress controller's or a CI system's, if `clients` does not
     * cover them. Defaults to none.
     */
    clientNamespaces?: pulumi.Input<string>[];
    /** Namespaces whose pods can read the metrics on port 5001. Defaults to none. */
    monitoringNamespaces?: pulumi.Input<string>[];
    /** Egress destinations of the registry's pods, e.g. object storage or webhooks. Defaults to none. */
    destinations?: NetworkDestination[];
}

export const networkPolicyRules = fields<RegistryNetworkPolicy>({
    enabled: plain(boolean),
    clients: listOf(cidr),
    clientNamespaces: listOf(dnsLabel()),
    monitoringNamespaces: listOf(dnsLabel()),
    destinations: listOf(
        fields<NetworkDestination>({
            cidr: required(cidr, "set an address range"),
            ports: listOf(integer(1, 65535)),
        }),
    ),
});

export function networkPolicyProblems(args: RegistryNetworkPolicy | undefined): Problem[] {
    if (args === undefined) return [];
    const isUnreachable = args.clients?.length === 0 && !args.clientNamespaces?.length;
    const reason = "is empty, as is clientNamespaces: no client could pull; list the nodes' addresses";
    return isUnreachable ? [{ path: "networkPolicy.clients", reason }] : [];
}

const everywhere = ["0.0.0.0/0", "::/0"];
const tcp = (port: pulumi.Input<number>) => ({ port, protocol: "TCP" });
const dns = [53, 5353].flatMap((port) => ["UDP", "TCP"].map((protocol) => ({ port, protocol })));
const ranges = (cidrs: pulumi.Input<string>[]) => cidrs.map((range) => ({ ipBlock: { cidr: range } }));
const namespaces = (names: pulumi.Input<string>[]) =>
    names.map((name) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } }));

/** The arguments with every default. */
export interface NetworkPolicySettings {
    readonly clients: pulumi.Input<string>[];
    readonly clientNamespaces: pulumi.Input<string>[];
    readonly monitoringNamespaces: pulumi.Input<string>[];
    readonly destinations: Required<NetworkDestination>[];
}

/** Undefined if there are no policies. */
export function networkPolicySettings(args: RegistryNetworkPolicy | undefined): NetworkPolicySettings | undefined {
    if (args === undefined || args.enabled === false) return undefined;
    const { clients = everywhere, clientNamespaces = [], monitoringNamespaces = [], destinations = [] } = args;
    return {
        clients,
        clientNamespaces,
        monitoringNamespaces,
        destinations: destinations.map((destination) => ({ ports: [443], ...destination })),
    };
}

/** Denies all traffic in the namespace, then allows what each part needs. */
export function restrictNetwork(
    scope: Scope,
    settings: NetworkPolicySettings | undefined,
    optionalPods: { readonly ui: object | undefined; readonly renewalWatch: object | undefined },
): void {
    if (settings === undefined) return;
    const policy = (part: string, spec: k8s.types.input.networking.v1.NetworkPolicySpec) =>
        new k8s.networking.v1.NetworkPolicy(
            scope.name(`network-${part}`),
            { metadata: scope.metadata("network"), spec },
            scope.options(),
        );
    const own = {
        matchLabels: { "app.kubernetes.io/instance": scope.instance },
        // A third-party image that needs no egress.
        matchExpressions: [{ key: "app.kubernetes.io/component", operator: "NotIn", values: ["ui"] }],
    };
    const server = { matchLabels: scope.selector("server") };
    const from = (peers: k8s.types.input.networking.v1.NetworkPolicyPeer[], port: number) =>
        peers.length === 0 ? [] : [{ from: peers, ports: [tcp(port)] }];

    policy("default", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    policy("own-pods", {
        podSelector: own,
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ podSelector: own }] }],
        // The cluster's DNS: its pods, or an agent on each node.
        egress: [{ to: [{ podSelector: own }] }, { ports: dns }],
    });
    const clients = [...ranges(settings.clients), ...namespaces(settings.clientNamespaces)];
    policy("server", {
        podSelector: server,
        policyTypes: ["Ingress", "Egress"],
        ingress: [...from(clients, inPod.port), ...from(namespaces(settings.monitoringNamespaces), inPod.debugPort)],
        egress: unlessEmpty(
            settings.destinations.map(({ cidr: range, ports }) => ({
                to: ranges([range]),
                ports: ports.map(tcp),
            })),
        ),
    });
    if (optionalPods.ui) {
        policy("ui", {
            podSelector: { matchLabels: scope.selector("ui") },
            policyTypes: ["Ingress", "Egress"],
            ingress: from(clients, uiPort),
        });
    }
    // The only pod that calls the API server. A NetworkPolicy cannot select the API server by its address.
    if (optionalPods.renewalWatch) {
        policy("certificate-watch", {
            podSelector: { matchLabels: scope.selector("certificate-watch") },
            policyTypes: ["Egress"],
            egress: [{ ports: [tcp(443), tcp(6443)] }],
        });
    }
}

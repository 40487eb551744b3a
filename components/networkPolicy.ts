import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./arguments/check";
import { boolean, cidr, dnsLabel, integer } from "./arguments/rules";
import { fields, listOf, plain, required } from "./arguments/shapes";
import { unlessEmpty } from "./kubernetes/emptyFields";
import type { Scope } from "./kubernetes/scope";
import { inPod } from "./server/configYml";
import { uiPort } from "./ui/ui";

/** A way out of the registry's namespace. */
export interface NetworkDestination {
    /** Range of addresses, e.g. `10.20.0.0/16`. */
    cidr: pulumi.Input<string>;
    /** TCP ports. Defaults to 443. */
    ports?: pulumi.Input<number>[];
}

/**
 * Network policies: nothing gets into or out of the registry's namespace but what is named here, DNS, and what the component's
 * own pods say to one another. They take effect where the cluster's network enforces policies.
 */
export interface RegistryNetworkPolicy {
    /** Whether there are any. Defaults to true when this object is given. */
    enabled?: boolean;
    /**
     * Ranges of addresses from which the registry's port can be reached: the nodes, which pull, and what a load balancer or a
     * node's port lets through. Defaults to all addresses; the registry asks everybody for a password.
     */
    clients?: pulumi.Input<string>[];
    /** Namespaces of the Ingress controller or Gateway, and of pods that push, needed when `clients` leaves them out. Defaults to none. */
    clientNamespaces?: pulumi.Input<string>[];
    /** Namespaces whose pods may read the metrics. Defaults to none. */
    monitoringNamespaces?: pulumi.Input<string>[];
    /** Where the registry's own pods may connect to: object storage, webhooks. Defaults to nowhere. */
    destinations?: NetworkDestination[];
}

export const networkPolicyRules = fields<RegistryNetworkPolicy>({
    enabled: plain(boolean),
    clients: listOf(cidr),
    clientNamespaces: listOf(dnsLabel()),
    monitoringNamespaces: listOf(dnsLabel()),
    destinations: listOf(
        fields<NetworkDestination>({
            cidr: required(cidr, "give a range of addresses"),
            ports: listOf(integer(1, 65535)),
        }),
    ),
});

export function networkPolicyProblems(args: RegistryNetworkPolicy | undefined): Problem[] {
    if (args === undefined) return [];
    const nobody = args.clients?.length === 0 && !args.clientNamespaces?.length;
    const reason = "is empty, and clientNamespaces names none: nobody could pull; name the nodes' addresses";
    return nobody ? [{ path: "networkPolicy.clients", reason }] : [];
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

/** Refuses everything in the namespace, then allows what each part needs. */
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
            { parent: scope.parent },
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
    // The one pod that calls the API server, whose address no policy can name.
    if (optionalPods.renewalWatch) {
        policy("certificate-watch", {
            podSelector: { matchLabels: scope.selector("certificate-watch") },
            policyTypes: ["Egress"],
            egress: [{ ports: [tcp(443), tcp(6443)] }],
        });
    }
}

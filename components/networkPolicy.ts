import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./arguments/check";
import { boolean, cidr, dnsLabel, integer } from "./arguments/rules";
import { fields, listOf, plain, required } from "./arguments/shapes";
import { unlessEmpty } from "./kubernetes/emptyFields";
import type { Scope } from "./kubernetes/scope";
import { inPod } from "./server/configYml";
import { type EgressRule, type EgressTarget, egressProblems, rulesFor } from "./server/egress";
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
    /**
     * Egress destinations of the registry's pods. The component derives rules for IP addresses and Services in the cluster that the
     * arguments name: object storage, an external Redis, and `proxy`, `notifications`, `redis` and `health` in `config`. For other
     * host names, list the address ranges here; without any, the arguments are rejected. Defaults to none.
     */
    destinations?: NetworkDestination[];
    /**
     * Ports of the API server, to which the certificate watch, `maintenance` and `verify` connect. They are those of its endpoints, which
     * `kubectl get endpointslices --namespace default` lists. Defaults to those of the usual distributions: 443, 6443, 8443 and 16443.
     */
    apiServerPorts?: pulumi.Input<number>[];
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
    apiServerPorts: listOf(integer(1, 65535)),
});

export function networkPolicyProblems(
    args: RegistryNetworkPolicy | undefined,
    targets: readonly EgressTarget[] = [],
    clusterDomain?: pulumi.Input<string>,
): Problem[] {
    if (args === undefined) return [];
    const needsDestinations = args.enabled !== false && !args.destinations?.length;
    const isUnreachable = args.clients?.length === 0 && !args.clientNamespaces?.length;
    const reason = "is empty, as is clientNamespaces: no client could pull; list the nodes' addresses";
    return [
        ...(isUnreachable ? [{ path: "networkPolicy.clients", reason }] : []),
        ...(needsDestinations ? egressProblems(targets, clusterDomain) : []),
    ];
}

/**
 * Managed clusters; kubeadm, k3s, RKE2 and OpenShift; minikube; MicroK8s. Pulumi could read the port from the cluster, but an object
 * that it only reads is a change at every `pulumi refresh` with the provider 4.25.0.
 */
const usualApiServerPorts = [443, 6443, 8443, 16443];

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
    /** What the registry and its Jobs connect to according to the other arguments. */
    readonly targets: readonly EgressTarget[];
    readonly apiServerPorts: pulumi.Input<number>[];
}

/** Undefined if there are no policies. */
export function networkPolicySettings(
    args: RegistryNetworkPolicy | undefined,
    targets: readonly EgressTarget[],
): NetworkPolicySettings | undefined {
    if (args === undefined || args.enabled === false) return undefined;
    const { clients = everywhere, clientNamespaces = [], monitoringNamespaces = [], destinations = [] } = args;
    return {
        clients,
        clientNamespaces,
        monitoringNamespaces,
        destinations: destinations.map((destination) => ({ ports: [443], ...destination })),
        targets,
        apiServerPorts: args.apiServerPorts ?? usualApiServerPorts,
    };
}

/** Parts of the registry that not every registry has. */
export interface OptionalPods
    extends Readonly<Record<"ui" | "renewalWatch" | "maintenance" | "restore", object | undefined>> {
    /** The values of the label `app.kubernetes.io/component` of the Jobs of `verify` that connect to the API server. */
    readonly verifyWithCluster: readonly string[];
}

/** Denies all traffic in the namespace, then allows what each part needs. Returns the policies. */
export function restrictNetwork(
    scope: Scope,
    {
        networkPolicy: settings,
        clusterDomain,
    }: { readonly networkPolicy: NetworkPolicySettings | undefined; readonly clusterDomain: pulumi.Input<string> },
    optionalPods: OptionalPods,
): k8s.networking.v1.NetworkPolicy[] {
    if (settings === undefined) return [];
    const policies: k8s.networking.v1.NetworkPolicy[] = [];
    const policy = (part: string, spec: k8s.types.input.networking.v1.NetworkPolicySpec) => {
        const metadata = scope.metadata(scope.objectName(`network-${part}`), "network");
        const name = scope.name(`network-${part}`);
        policies.push(new k8s.networking.v1.NetworkPolicy(name, { metadata, spec }, scope.fixedOptions()));
    };
    const own = {
        matchLabels: { "app.kubernetes.io/instance": scope.instance },
        // A third-party image that needs no egress.
        matchExpressions: [{ key: "app.kubernetes.io/component", operator: "NotIn", values: ["ui"] }],
    };
    const server = { matchLabels: scope.selector("server") };
    const from = (peers: k8s.types.input.networking.v1.NetworkPolicyPeer[], port: number) =>
        peers.length === 0 ? [] : [{ from: peers, ports: [tcp(port)] }];

    const ofServer = settings.targets.filter(({ path }) => !/^(maintenance|restore)\b/.test(path));
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
        egress: externalEgress(scope, { ...settings, targets: ofServer }, clusterDomain),
    });
    if (optionalPods.ui) {
        policy("ui", {
            podSelector: { matchLabels: scope.selector("ui") },
            policyTypes: ["Ingress", "Egress"],
            ingress: from(clients, uiPort),
        });
    }
    if (optionalPods.restore) {
        const targets = settings.targets.filter(({ path }) => /^(storage|restore)\b/.test(path));
        policy("restore", {
            podSelector: { matchLabels: scope.selector("restore") },
            policyTypes: ["Egress"],
            egress: externalEgress(scope, { ...settings, targets }, clusterDomain),
        });
    }
    // The addresses of the API server can change.
    const toApiServer = { ports: settings.apiServerPorts.map(tcp) };
    if (optionalPods.renewalWatch) {
        policy("certificate-watch", {
            podSelector: { matchLabels: scope.selector("certificate-watch") },
            policyTypes: ["Egress"],
            egress: [toApiServer],
        });
    }
    if (optionalPods.maintenance) {
        const targets = settings.targets.filter(({ path }) => /^(storage|descriptorCache|maintenance)\b/.test(path));
        const egress: pulumi.Input<object[] | undefined> = externalEgress(
            scope,
            { ...settings, targets },
            clusterDomain,
        );
        policy("maintenance", {
            podSelector: { matchLabels: scope.selector("maintenance") },
            policyTypes: ["Egress"],
            egress: pulumi.output(egress).apply((rules) => [toApiServer, ...(rules ?? [])]),
        });
    }
    if (optionalPods.verifyWithCluster.length > 0) {
        const components = {
            key: "app.kubernetes.io/component",
            operator: "In",
            values: [...optionalPods.verifyWithCluster],
        };
        policy("verify", {
            podSelector: {
                matchLabels: { "app.kubernetes.io/instance": scope.instance },
                matchExpressions: [components],
            },
            policyTypes: ["Egress"],
            egress: [toApiServer],
        });
    }
    return policies;
}

/** The rules for the destinations, and for what the other arguments name. */
function externalEgress(scope: Scope, settings: NetworkPolicySettings, clusterDomain: pulumi.Input<string>) {
    const rules = settings.destinations.map(({ cidr: range, ports }) => ({
        to: ranges([range]),
        ports: ports.map(tcp),
    }));
    if (settings.targets.length === 0) return unlessEmpty(rules);
    const derived = settings.targets.map((target) =>
        pulumi.all([target.address, clusterDomain]).apply(([address, domain]) => {
            const found = rulesFor(target, address, domain);
            return scope.unlessProblems(rules.length === 0 ? found.problems : [], found.rules);
        }),
    );
    const distinct = pulumi.all([pulumi.all(derived), pulumi.output(rules)]).apply(([some, others]) => {
        const all = [...some.flat(), ...others];
        const texts = all.map((rule) => JSON.stringify(rule));
        return unlessEmpty(all.filter((_, i) => texts.indexOf(texts[i]) === i));
    });
    // Pulumi omits an Output without a value, but its types do not say so.
    return distinct as pulumi.Output<EgressRule[]>;
}

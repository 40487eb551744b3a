import { type Recognition, registryContainers } from "./recognition";
import { belongsToRegistry, type Registry, registries, selectedBy } from "./registries";
import { containsUnknown, isUnknown, items, kindOf, known, type Resource, type Tree, text } from "./resource";
import { backends, leadsToRegistry, registriesBehind } from "./routes";
import { debugPortOf, portOf, serverConfig } from "./serverConfig";
import { hidesPods } from "./workload";

/** A way from outside the cluster to registries. */
export interface Exposure {
    readonly resource: Resource;
    /** Where clients connect, as the start of a sentence. */
    readonly what: string;
    /** Who answers the client's TLS handshake: a proxy in front of the pods, or the pods. */
    readonly tlsEndsAt: "edge" | "pods";
    /** The registries behind it, as far as the stack shows them. */
    readonly registries: readonly Registry[];
    /** The port of a Service, which may tell the protocol if the stack does not show the pods. */
    readonly port?: Tree;
}

/** Routes that a proxy serves. Their TLS is that of the proxy. */
const edgeKinds = ["Ingress", "HTTPRoute", "IngressRoute", "Route", "HTTPProxy", "VirtualServer"];
/** Routes that forward the bytes of a connection. */
const tcpKinds = ["TCPRoute", "TLSRoute", "IngressRouteTCP"];

export function exposures(resources: readonly Resource[], how: Recognition): Exposure[] {
    return resources.flatMap((resource) => {
        const kind = kindOf(resource) ?? "";
        if (kind === "Service") return ofService(resource, resources, how);
        if (edgeKinds.includes(kind) || tcpKinds.includes(kind)) return ofRoute(resource, resources, how);
        return ofPod(resource, resources, how);
    });
}

function ofService(service: Resource, resources: readonly Resource[], how: Recognition): Exposure[] {
    const { props } = service;
    const isPublic =
        ["NodePort", "LoadBalancer"].includes(text(() => props.spec?.type) ?? "") ||
        items(() => props.spec?.externalIPs).length > 0;
    if (!isPublic || !belongsToRegistry(service, resources, how)) return [];
    const workloads = selectedBy(service, resources);
    // A preview may not know yet which pods it selects, or which container a port leads to.
    const isHidden = [() => props.spec?.selector, () => props.metadata?.namespace].some(containsUnknown);
    if (isHidden || (workloads.length === 0 && resources.some(hidesPods))) return [];
    return items(() => props.spec?.ports).flatMap((port) => {
        const target = known(() => port.targetPort ?? port.port);
        const behind = registries(workloads, how).filter(({ pod }) => isRegistryPort(pod, target));
        // The stack shows pods, but this port leads to something else in them.
        if (workloads.length > 0 && behind.length === 0) return [];
        if (leadsToDebugServer(port, target, behind, resources)) return [];
        const what = `The Service publishes port ${known(() => port.port)}`;
        return [{ resource: service, what, tlsEndsAt: "pods" as const, registries: behind, port }];
    });
}

/** Whether a port of a pod is not that of another container, e.g. of a proxy. */
function isRegistryPort(pod: Tree, target: unknown): boolean {
    const those = registryContainers(pod);
    if (items(() => pod?.containers).some((container) => containsUnknown(() => container.ports))) return false;
    if (containsUnknown(() => pod?.containers?.map((container: Tree) => container.image))) return false;
    if (those.length === 0) return true;
    const declares = (container: Tree) =>
        items(() => container.ports).some(
            (port) => known(() => port.containerPort) === target || known(() => port.name) === target,
        );
    return those.some(declares) || !items(() => pod?.containers).some(declares);
}

function leadsToDebugServer(
    port: Tree,
    target: unknown,
    behind: readonly Registry[],
    resources: readonly Resource[],
): boolean {
    const configs = behind.map((registry) => serverConfig(registry, resources));
    if (configs.some((config) => portOf(config) === target)) return false;
    const ports: unknown[] = ["debug", "metrics", 5001, ...configs.map(debugPortOf)];
    return ports.includes(target) || ["debug", "metrics"].includes(text(() => port.name) ?? "");
}

function ofPod(resource: Resource, resources: readonly Resource[], how: Recognition): Exposure[] {
    const found = registries([resource], how);
    return found.flatMap((registry) => {
        const exposed = { resource, tlsEndsAt: "pods" as const, registries: found };
        if (known(() => registry.pod.hostNetwork) === true) {
            const port = portOf(serverConfig(registry, resources));
            return [{ ...exposed, what: `The pod uses the network of its node, and listens on port ${port}` }];
        }
        const ofRegistry = registryContainers(registry.pod);
        const those = ofRegistry.length > 0 ? ofRegistry : items(() => registry.pod?.containers);
        return those.flatMap((container) =>
            items(() => container.ports)
                .filter(
                    (port) =>
                        isOnNode(port) &&
                        !leadsToDebugServer(
                            port,
                            known(() => port.containerPort),
                            found,
                            resources,
                        ),
                )
                .map((port) => ({
                    ...exposed,
                    what: `The container ${text(() => container.name)} publishes port ${known(() => port.hostPort)} of the node (hostPort)`,
                })),
        );
    });
}

/** Whether a container's port is one of the node, for others than the node itself. */
function isOnNode(port: Tree): boolean {
    const number = known(() => port.hostPort);
    return (
        typeof number === "number" &&
        !isUnknown(() => port.hostIP) &&
        number !== 0 &&
        !/^(127\.|::1$)/.test(text(() => port.hostIP) ?? "")
    );
}

function ofRoute(resource: Resource, resources: readonly Resource[], how: Recognition): Exposure[] {
    if (!leadsToRegistry(resource, resources, how)) return [];
    const tlsEndsAt = passesTlsThrough(resource) ? "pods" : "edge";
    const [port] = backends(resource).map((backend) => ({ port: backend.port, name: backend.port }));
    const what = `The ${kindOf(resource)} leads to ${backends(resource)
        .map(({ name }) => name)
        .filter((name) => name !== undefined)
        .filter((name, i, all) => all.indexOf(name) === i)
        .join(" and ")}`;
    return [{ resource, what, tlsEndsAt, registries: registriesBehind(resource, resources, how), port }];
}

/** Whether the proxy forwards the connection, so that the pods answer the handshake. */
function passesTlsThrough(resource: Resource): boolean {
    const { props } = resource;
    switch (kindOf(resource)) {
        case "Ingress": {
            const annotations = known(() => props.metadata?.annotations);
            return [
                "nginx.ingress.kubernetes.io",
                "haproxy.org",
                "haproxy-ingress.github.io",
                "ingress.kubernetes.io",
            ].some((controller) => text(() => annotations?.[`${controller}/ssl-passthrough`]) === "true");
        }
        case "Route":
            return text(() => props.spec?.tls?.termination) === "passthrough";
        case "HTTPProxy":
            return known(() => props.spec?.virtualhost?.tls?.passthrough) === true;
        case "IngressRouteTCP":
            if (isUnknown(() => props.spec?.tls)) return false;
            return (
                known(() => props.spec?.tls ?? undefined) === undefined ||
                known(() => props.spec.tls.passthrough) === true
            );
        case "TCPRoute":
            return true;
        default:
            return false;
    }
}

import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { fields } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import { loadBalancerRules, nodePortRules, type RegistryLoadBalancer, type RegistryNodePort } from "../server/service";
import type { Certificate } from "../tls/certificate";
import { type Backend, backends, type Edge } from "./edge";
import { backendTlsPolicy, createGatewayRoute, gatewayProblems, gatewayRules, type RegistryGateway } from "./gateway";
import {
    createIngress,
    type IngressContext,
    IngressController,
    type IngressSettings,
    ingressProblems,
    ingressRules,
    ingressSettings,
    type RegistryIngress,
} from "./ingress";
import {
    createIngressRoute,
    type IngressRouteSettings,
    ingressRouteProblems,
    ingressRouteRules,
    ingressRouteSettings,
    type RegistryIngressRoute,
} from "./ingressRoute";
import { removePassword, serversTransport } from "./traefik";

/**
 * How clients outside the cluster reach the registry: any of these. Inside the cluster, it is always available at its Service,
 * port 443.
 */
export interface RegistryExpose {
    /** An Ingress. */
    ingress?: RegistryIngress;
    /** An IngressRoute of Traefik. */
    ingressRoute?: RegistryIngressRoute;
    /** An HTTPRoute of the Gateway API. */
    gateway?: RegistryGateway;
    /** A NodePort Service. */
    nodePort?: RegistryNodePort;
    /** A LoadBalancer Service. */
    loadBalancer?: RegistryLoadBalancer;
}

export const exposeRules = fields<RegistryExpose>({
    ingress: ingressRules,
    ingressRoute: ingressRouteRules,
    gateway: gatewayRules,
    nodePort: nodePortRules,
    loadBalancer: loadBalancerRules,
});

/** The kinds that route HTTP requests, so that they can send a path to other pods. */
export const edges = ["ingress", "ingressRoute", "gateway"] as const;
const ports = ["nodePort", "loadBalancer"] as const;

export function exposeProblems(expose: RegistryExpose = {}, context: IngressContext, host: unknown): Problem[] {
    const { tls } = context;
    const problems = [
        ...ingressProblems(expose.ingress, context),
        ...ingressRouteProblems(expose.ingressRoute),
        ...gatewayProblems(expose.gateway, tls.plainBackend === true),
    ];
    const given = edges.filter((kind) => expose[kind] !== undefined);
    if (host === undefined) {
        const reason = "needs a name that clients outside the cluster resolve; set host";
        problems.push(...given.map((kind) => ({ path: `expose.${kind}`, reason })));
    }
    if (typeof host === "string" && isIP(host.replace(/:\d+$/, "")) !== 0 && given.length > 0) {
        const reason = `is an IP address, which expose.${given[0]} cannot route by; set a DNS name`;
        problems.push({ path: "host", reason });
    }
    if (expose.nodePort && expose.loadBalancer) {
        const reason = "cannot be combined with loadBalancer, which opens a NodePort as well; keep one";
        problems.push({ path: "expose.nodePort", reason });
    }
    return tls.plainBackend === true ? [...problems, ...plainProblems(expose, given)] : problems;
}

function plainProblems(expose: RegistryExpose, given: readonly (typeof edges)[number][]): Problem[] {
    const problems: Problem[] = [];
    if (given.length === 0) {
        const reason = `needs TLS termination in front of the pods; add one of ${edges.map((e) => `expose.${e}`).join(", ")}`;
        problems.push({ path: "tls.plainBackend", reason });
    }
    for (const kind of ports.filter((candidate) => expose[candidate] !== undefined)) {
        const reason = "would send passwords over plain HTTP because of tls.plainBackend; remove one of the two";
        problems.push({ path: `expose.${kind}`, reason });
    }
    for (const kind of (["ingress", "ingressRoute"] as const).filter((edge) => expose[edge]?.certificate)) {
        const reason = "is what `tls` sets when the pods serve plain HTTP (tls.plainBackend); move it there";
        problems.push({ path: `expose.${kind}.certificate`, reason });
    }
    return problems;
}

/** The arguments with every default. */
export type ExposeSettings = Omit<RegistryExpose, "ingress" | "ingressRoute"> & {
    readonly ingress: IngressSettings | undefined;
    readonly ingressRoute: IngressRouteSettings | undefined;
};

export function exposeSettings({ ingress, ingressRoute, ...others }: RegistryExpose = {}): ExposeSettings {
    return {
        ...others,
        ingress: ingress && ingressSettings(ingress),
        ingressRoute: ingressRoute && ingressRouteSettings(ingressRoute),
    };
}

/** What is exposed. */
export interface ExposedRegistry {
    readonly address: { readonly hosts: pulumi.Input<string>[] };
    readonly certificate: Certificate;
    readonly ui: Backend | undefined;
}

/** Exposes the registry and the web UI, with TLS to the pods unless they serve plain HTTP. Returns the Ingresses and routes. */
export function exposeRegistry(
    scope: Scope,
    settings: { readonly expose: ExposeSettings; readonly serviceName: string; readonly isPlain: boolean },
    { address, certificate, ui }: ExposedRegistry,
): pulumi.Resource[] {
    const { expose, serviceName, isPlain } = settings;
    const edge: Edge = { scope, hosts: address.hosts, serviceName, certificate, isPlain, ui };
    const { ingress, ingressRoute, gateway } = expose;
    const viaTraefik = ingress?.controller === IngressController.Traefik || ingressRoute !== undefined;
    const verifiesBackend = !edge.isPlain && (viaTraefik || gateway !== undefined);
    const traefikResources: pulumi.Resource[] = edge.ui && viaTraefik ? [removePassword(edge, edge.ui)] : [];
    const gatewayResources: pulumi.Resource[] = [];
    for (const backend of verifiesBackend ? backends(edge) : []) {
        if (viaTraefik) traefikResources.push(serversTransport(edge, backend));
        if (gateway) gatewayResources.push(backendTlsPolicy(edge, backend, gateway));
    }
    return [
        ...(ingress ? createIngress(edge, ingress, traefikResources) : []),
        ...(ingressRoute ? [createIngressRoute(edge, ingressRoute, traefikResources)] : []),
        ...(gateway ? createGatewayRoute(edge, gateway, gatewayResources) : []),
    ];
}

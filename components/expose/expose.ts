import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { fields } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import { loadBalancerRules, nodePortRules, type RegistryLoadBalancer, type RegistryNodePort } from "../server/service";
import type { Certificate } from "../tls/certificate";
import type { RegistryTls } from "../tls/tls";
import { authorityConfigMap, type Backend, backends, type Edge } from "./edge";
import { backendTlsPolicy, createGatewayRoute, gatewayRules, type RegistryGateway } from "./gateway";
import {
    createIngress,
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
import { serversTransport, withoutPassword } from "./traefik";

/** How clients outside the cluster reach the registry: any of these. Inside, its Service is always there on port 443. */
export interface RegistryExpose {
    /** An Ingress. */
    ingress?: RegistryIngress;
    /** Traefik's own kind of Ingress. */
    ingressRoute?: RegistryIngressRoute;
    /** A route at a Gateway of the Gateway API. */
    gateway?: RegistryGateway;
    /** A port of every node. */
    nodePort?: RegistryNodePort;
    /** A load balancer of the cluster's provider. */
    loadBalancer?: RegistryLoadBalancer;
}

export const exposeRules = fields<RegistryExpose>({
    ingress: ingressRules,
    ingressRoute: ingressRouteRules,
    gateway: gatewayRules,
    nodePort: nodePortRules,
    loadBalancer: loadBalancerRules,
});

/** The kinds that speak HTTP with clients, so that they can lead to other pods by the path. */
export const edges = ["ingress", "ingressRoute", "gateway"] as const;
const ports = ["nodePort", "loadBalancer"] as const;

export function exposeProblems(expose: RegistryExpose = {}, tls: RegistryTls = {}, host: unknown): Problem[] {
    const problems = [...ingressProblems(expose.ingress), ...ingressRouteProblems(expose.ingressRoute)];
    const given = edges.filter((kind) => expose[kind] !== undefined);
    if (host === undefined) {
        const reason = "needs a name that clients outside the cluster resolve; give host";
        problems.push(...given.map((kind) => ({ path: `expose.${kind}`, reason })));
    }
    if (typeof host === "string" && isIP(host.replace(/:\d+$/, "")) !== 0 && given.length > 0) {
        const reason = `is an address, which expose.${given[0]} cannot be told by; give a DNS name`;
        problems.push({ path: "host", reason });
    }
    if (expose.nodePort && expose.loadBalancer) {
        const reason = "cannot be together with loadBalancer, which opens a port of every node as well; keep one";
        problems.push({ path: "expose.nodePort", reason });
    }
    return tls.plainBackend === true ? [...problems, ...plainProblems(expose, given)] : problems;
}

function plainProblems(expose: RegistryExpose, given: readonly (typeof edges)[number][]): Problem[] {
    const problems: Problem[] = [];
    if (given.length === 0) {
        const reason = `needs something that speaks TLS in front of the pods; add one of ${edges.map((e) => `expose.${e}`).join(", ")}`;
        problems.push({ path: "tls.plainBackend", reason });
    }
    for (const kind of ports.filter((candidate) => expose[candidate] !== undefined)) {
        const reason = "would carry passwords over HTTP because of tls.plainBackend; remove one of the two";
        problems.push({ path: `expose.${kind}`, reason });
    }
    for (const kind of (["ingress", "ingressRoute"] as const).filter((edge) => expose[edge]?.certificate)) {
        const reason = "is what `tls` gives when the pods serve no certificate (tls.plainBackend); move it there";
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

/** What is behind the edges. */
export interface ExposedRegistry {
    readonly address: { readonly hosts: pulumi.Input<string>[] };
    readonly certificate: Certificate;
    readonly ui: Backend | undefined;
}

/** Puts the edges of the arguments in front of the Service and the web UI, with TLS to the pods if they serve it. */
export function exposeRegistry(
    scope: Scope,
    settings: { readonly expose: ExposeSettings; readonly serviceName: string; readonly isPlain: boolean },
    { address, certificate, ui }: ExposedRegistry,
): void {
    const { expose, serviceName, isPlain } = settings;
    const edge: Edge = { scope, hosts: address.hosts, serviceName, certificate, isPlain, ui };
    const { ingress, ingressRoute, gateway } = expose;
    const viaTraefik = ingress?.controller === IngressController.Traefik || ingressRoute !== undefined;
    const checksBackend = !edge.isPlain && (viaTraefik || gateway !== undefined);
    const ofTraefik: pulumi.Resource[] = edge.ui && viaTraefik ? [withoutPassword(edge, edge.ui)] : [];
    const ofGateway: pulumi.Resource[] = [];
    for (const backend of checksBackend ? backends(edge) : []) {
        const authority = authorityConfigMap(edge, backend);
        if (viaTraefik) ofTraefik.push(serversTransport(edge, backend, authority));
        if (gateway) ofGateway.push(backendTlsPolicy(edge, backend, authority));
    }
    if (ingress) createIngress(edge, ingress, ofTraefik);
    if (ingressRoute) createIngressRoute(edge, ingressRoute, ofTraefik);
    if (gateway) createGatewayRoute(edge, gateway, ofGateway);
}

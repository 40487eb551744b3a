import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { cidr, integer, ipAddress, string } from "../arguments/rules";
import { fields, listOf, mapOf } from "../arguments/shapes";
import { unlessEmpty } from "../kubernetes/emptyFields";
import type { Scope } from "../kubernetes/scope";
import { inPod } from "./configYml";

/** A port of every node that leads to the registry. */
export interface RegistryNodePort {
    /**
     * The port, inside the cluster's range (usually 30000 to 32767). Left out, Kubernetes chooses one and keeps it. Give the
     * names or addresses of the nodes as `tls.selfSigned.subjectAlternativeNames`, or clients will not trust them.
     */
    port?: pulumi.Input<number>;
}

/** A load balancer that the cluster's provider puts in front of the registry. */
export interface RegistryLoadBalancer {
    /**
     * The IP address to ask for (`spec.loadBalancerIP`); the certificate holds it. Left out, the provider chooses one: point
     * the DNS name of `host` at it.
     */
    address?: pulumi.Input<string>;
    /** Addresses that may connect, in CIDR form, e.g. `203.0.113.0/24`. Defaults to all. */
    sourceRanges?: pulumi.Input<string>[];
    /** Class of the load balancer (`spec.loadBalancerClass`). It cannot be changed later. Defaults to the cluster's default. */
    className?: pulumi.Input<string>;
    /** Annotations of the Service, by which providers are told e.g. that it is internal. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
}

export const nodePortRules = fields<RegistryNodePort>({ port: integer(1, 65535) });

export const loadBalancerRules = fields<RegistryLoadBalancer>({
    address: ipAddress,
    sourceRanges: listOf(cidr),
    className: string,
    annotations: mapOf(string),
});

/** The registry's settings that its Services need. */
export interface ServiceSettings {
    readonly serviceName: string;
    readonly expose: { readonly nodePort?: RegistryNodePort; readonly loadBalancer?: RegistryLoadBalancer };
    /** Whether the pods serve plain HTTP. */
    readonly isPlain: boolean;
}

export interface RegistryService {
    readonly name: pulumi.Output<string>;
    readonly clusterIp: pulumi.Output<string>;
}

/** The port on which a Service of the registry, or of its web UI, listens. */
export function servicePort(isPlain: boolean): { name: string; port: number } {
    return isPlain ? { name: "http", port: 80 } : { name: "https", port: 443 };
}

/**
 * The Service on port 443, and another one for metrics and health that is never exposed. Neither waits for its pods: the
 * certificate holds the Service's IP, and the pods need the certificate. `edgeAnnotations` are for what is in front of it.
 */
export function createServices(
    scope: Scope,
    { serviceName, expose, isPlain }: ServiceSettings,
    edgeAnnotations: Record<string, pulumi.Input<string>>,
): RegistryService {
    const selector = scope.selector("server");
    const metadata = scope.metadata("server", { "pulumi.com/skipAwait": "true" });
    const { nodePort, loadBalancer } = expose;
    const port = {
        ...servicePort(isPlain),
        targetPort: inPod.port,
        ...(nodePort?.port && { nodePort: nodePort.port }),
    };
    const further = { ...edgeAnnotations, ...loadBalancer?.annotations };
    const service = new k8s.core.v1.Service(
        scope.name("service"),
        {
            metadata: { ...metadata, annotations: { ...metadata.annotations, ...further }, name: serviceName },
            spec: {
                type: loadBalancer ? "LoadBalancer" : nodePort ? "NodePort" : "ClusterIP",
                selector,
                ports: [port],
                loadBalancerIP: loadBalancer?.address,
                loadBalancerSourceRanges: unlessEmpty(loadBalancer?.sourceRanges),
                loadBalancerClass: loadBalancer?.className,
            },
        },
        { parent: scope.parent },
    );
    new k8s.core.v1.Service(
        scope.name("metrics-service"),
        {
            metadata: { ...metadata, name: `${serviceName}-metrics` },
            spec: {
                type: "ClusterIP",
                selector,
                ports: [{ name: "metrics", port: inPod.debugPort, targetPort: inPod.debugPort }],
            },
        },
        { parent: scope.parent },
    );
    // The first preview, in a namespace that is not there yet, answers with nothing instead of saying that it does not know.
    const clusterIp = service.spec.clusterIP.apply((ip: string | undefined) => ip ?? (pulumi.unknown as string));
    return { name: service.metadata.name, clusterIp };
}

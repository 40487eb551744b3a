import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { annotations, labelKey } from "../arguments/labels";
import { cidr, integer, ipAddress } from "../arguments/rules";
import { fields, listOf } from "../arguments/shapes";
import { unlessEmpty } from "../kubernetes/emptyFields";
import type { Scope } from "../kubernetes/scope";
import { inPod } from "./configYml";

/** A NodePort Service. */
export interface RegistryNodePort {
    /**
     * The NodePort (`nodePort`), in the cluster's range, usually 30000 to 32767; another one causes a warning. If omitted, Kubernetes chooses one and keeps it. Add the
     * nodes' names or addresses to `tls.selfSigned.subjectAlternativeNames`, or clients reject the certificate.
     */
    port?: pulumi.Input<number>;
}

/** A LoadBalancer Service. */
export interface RegistryLoadBalancer {
    /**
     * The IP address to request (`spec.loadBalancerIP`). Certificates of `tls.selfSigned` and `tls.certManager` are valid for it. If
     * omitted, the provider assigns one: create a DNS record for `host` with it.
     */
    address?: pulumi.Input<string>;
    /** Address ranges that can connect (`spec.loadBalancerSourceRanges`), e.g. `203.0.113.0/24`. Defaults to all addresses. */
    sourceRanges?: pulumi.Input<string>[];
    /** Load balancer class (`spec.loadBalancerClass`), which is immutable. Defaults to the cluster's default. */
    className?: pulumi.Input<string>;
    /** Annotations of the Service, e.g. the provider's for an internal load balancer. Defaults to none. */
    annotations?: Record<string, pulumi.Input<string>>;
}

export const nodePortRules = fields<RegistryNodePort>({ port: integer(1, 65535) });

export const loadBalancerRules = fields<RegistryLoadBalancer>({
    address: ipAddress,
    sourceRanges: listOf(cidr),
    className: labelKey,
    annotations,
});

/** The registry's settings that its Services depend on. */
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

const usualNodePorts = { from: 30000, to: 32767 };

/** The port, with a warning if it is outside of Kubernetes' default range. Some clusters have another range. */
function usualNodePort(scope: Scope, port: number): number {
    const { from, to } = usualNodePorts;
    if (port < from || port > to) {
        const message = `expose.nodePort.port: ${port} is outside of ${from} to ${to}, the default range; the API server rejects it, unless its --service-node-port-range includes it`;
        scope.warn(message);
    }
    return port;
}

/** Name and port of the Services of the registry and its web UI. */
export function servicePort(isPlain: boolean): { name: string; port: number } {
    return isPlain ? { name: "http", port: 80 } : { name: "https", port: 443 };
}

/**
 * Creates the Service on port 443, and a ClusterIP Service for metrics. Pulumi does not wait for their pods: the certificate includes
 * the Service's IP, and the pods need the certificate. `edgeAnnotations` are for the proxy in front of the Service.
 */
export function createServices(
    scope: Scope,
    { serviceName, expose, isPlain }: ServiceSettings,
    edgeAnnotations: Record<string, pulumi.Input<string>>,
): RegistryService {
    const selector = scope.selector("server");
    const skipAwait = { "pulumi.com/skipAwait": "true" };
    const { nodePort, loadBalancer } = expose;
    const port = {
        ...servicePort(isPlain),
        targetPort: inPod.port,
        ...(nodePort?.port && { nodePort: pulumi.output(nodePort.port).apply((given) => usualNodePort(scope, given)) }),
    };
    const serviceAnnotations = { ...edgeAnnotations, ...loadBalancer?.annotations };
    const service = new k8s.core.v1.Service(
        scope.name("service"),
        {
            metadata: scope.metadata(serviceName, "server", { ...skipAwait, ...serviceAnnotations }),
            spec: {
                type: loadBalancer ? "LoadBalancer" : nodePort ? "NodePort" : "ClusterIP",
                selector,
                ports: [port],
                loadBalancerIP: loadBalancer?.address,
                loadBalancerSourceRanges: unlessEmpty(loadBalancer?.sourceRanges),
                loadBalancerClass: loadBalancer?.className,
            },
        },
        scope.objectOptions(),
    );
    new k8s.core.v1.Service(
        scope.name("metrics-service"),
        {
            metadata: scope.metadata(`${serviceName}-metrics`, "server", skipAwait),
            spec: {
                type: "ClusterIP",
                selector,
                ports: [{ name: "metrics", port: inPod.debugPort, targetPort: inPod.debugPort }],
            },
        },
        scope.objectOptions(),
    );
    // The first preview, in a namespace that does not exist, returns undefined instead of an unknown value.
    const clusterIp = service.spec.clusterIP.apply((ip: string | undefined) => ip ?? (pulumi.unknown as string));
    return { name: service.metadata.name, clusterIp };
}

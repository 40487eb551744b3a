import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { inPod } from "./configuration";
import { type Identity, marks, selectorLabels } from "./labels";
import { wholeNumber } from "./rules";
import type { Rules } from "./validation";

/** A port of every node that leads to the registry. */
export interface RegistryNodePort {
    /**
     * The port, inside the cluster's range (usually 30000 to 32767). Left out, Kubernetes chooses one and keeps it. Give the
     * names or addresses of the nodes as `tls.selfSigned.subjectAlternativeNames`, or clients will not trust them.
     */
    port?: pulumi.Input<number>;
}

/** How clients outside the cluster reach the registry. Inside, its Service is always there on port 443. */
export interface RegistryExpose {
    /** A port of every node. */
    nodePort?: RegistryNodePort;
}

export const exposeRules: Rules = {
    "nodePort.port": wholeNumber(1, 65535),
};

export interface RegistryService {
    readonly name: pulumi.Output<string>;
    readonly clusterIp: pulumi.Output<string>;
}

/**
 * The Service on port 443, and another one for metrics and health that is never exposed. Neither waits for its pods: the
 * certificate holds the Service's IP, and the pods need the certificate.
 */
export function createServices(
    identity: Identity,
    serviceName: string,
    expose: RegistryExpose,
    namespace: pulumi.Output<string>,
    parent: pulumi.Resource,
): RegistryService {
    const selector = selectorLabels(identity, "server");
    const metadata = { namespace, ...marks(identity, "server", { "pulumi.com/skipAwait": "true" }) };
    const nodePort = expose.nodePort;
    const port = {
        name: "https",
        port: 443,
        targetPort: inPod.port,
        ...(nodePort?.port && { nodePort: nodePort.port }),
    };
    const service = new k8s.core.v1.Service(
        `${identity.name}-service`,
        {
            metadata: { ...metadata, name: serviceName },
            spec: { type: nodePort === undefined ? "ClusterIP" : "NodePort", selector, ports: [port] },
        },
        { parent },
    );
    new k8s.core.v1.Service(
        `${identity.name}-metrics-service`,
        {
            metadata: { ...metadata, name: `${serviceName}-metrics` },
            spec: {
                type: "ClusterIP",
                selector,
                ports: [{ name: "metrics", port: inPod.debugPort, targetPort: inPod.debugPort }],
            },
        },
        { parent },
    );
    // The first preview, in a namespace that is not there yet, answers with nothing instead of saying that it does not know.
    const clusterIp = service.spec.clusterIP.apply((ip: string | undefined) => ip ?? (pulumi.unknown as string));
    return { name: service.metadata.name, clusterIp };
}

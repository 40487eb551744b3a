import type {
    KubernetesObject,
    V1ClusterRole,
    V1ClusterRoleBinding,
    V1ConfigMap,
    V1Deployment,
    V1Service,
    V1ServiceAccount,
} from "@kubernetes/client-node";

const name = "coredns";
const namespace = "kube-system";
const labels = { "k8s-app": "kube-dns" };

/** Namespace and labels of its pods. */
export const corednsPods = { namespace, labels };

/** Resolves the cluster's names only: nodes have no access to other networks, so there is no upstream server. */
const corefile = `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa
    cache 30
}
`;

/** The cluster's DNS server, at the address in the kubelets' configuration. */
export function coredns(image: string, serviceAddress: string): KubernetesObject[] {
    return [...access(), configuration(), deployment(image), service(serviceAddress)];
}

function access(): KubernetesObject[] {
    const account: V1ServiceAccount = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } };
    const role: V1ClusterRole = {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "system:coredns" },
        rules: [
            { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
            { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
        ],
    };
    const binding: V1ClusterRoleBinding = {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "system:coredns" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
    };
    return [account, role, binding];
}

function configuration(): V1ConfigMap {
    return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { Corefile: corefile } };
}

function deployment(image: string): V1Deployment {
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace, labels },
        spec: {
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: {
                    priorityClassName: "system-cluster-critical",
                    serviceAccountName: name,
                    dnsPolicy: "Default",
                    containers: [
                        {
                            name,
                            image,
                            args: ["-conf", "/etc/coredns/Corefile"],
                            ports: [
                                { name: "dns", containerPort: 53, protocol: "UDP" },
                                { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
                            ],
                            // Every second, because the sandbox's start waits for this.
                            readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
                            livenessProbe: { httpGet: { path: "/health", port: 8080 } },
                            securityContext: {
                                allowPrivilegeEscalation: false,
                                capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
                                readOnlyRootFilesystem: true,
                            },
                            volumeMounts: [{ name: "configuration", mountPath: "/etc/coredns", readOnly: true }],
                        },
                    ],
                    volumes: [{ name: "configuration", configMap: { name } }],
                },
            },
        },
    };
}

function service(clusterIP: string): V1Service {
    return {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "kube-dns", namespace, labels },
        spec: {
            clusterIP,
            selector: labels,
            ports: [
                { name: "dns", port: 53, protocol: "UDP" },
                { name: "dns-tcp", port: 53, protocol: "TCP" },
            ],
        },
    };
}

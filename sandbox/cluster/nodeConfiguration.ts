import { stringify } from "yaml";
import { dnsServiceAddress, type NodePlan } from "./plan";

/** The kubelet's configuration. What is not here keeps its default, so that pods meet an ordinary node. */
export function kubeletConfiguration(node: NodePlan): string {
    return stringify({
        apiVersion: "kubelet.config.k8s.io/v1beta1",
        kind: "KubeletConfiguration",
        failCgroupV1: false,
        failSwapOn: false,
        cgroupDriver: "cgroupfs",
        cgroupRoot: `/${node.cgroup}`,
        enforceNodeAllocatable: [],
        authentication: {
            anonymous: { enabled: false },
            x509: { clientCAFile: "/etc/kubernetes/ca.crt" },
            webhook: { enabled: true },
        },
        authorization: { mode: "Webhook" },
        tlsCertFile: "/etc/kubernetes/kubelet-server.crt",
        tlsPrivateKeyFile: "/etc/kubernetes/kubelet-server.key",
        clusterDNS: [dnsServiceAddress],
        clusterDomain: "cluster.local",
        resolvConf: "/etc/kubernetes/resolv.conf",
        containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
        // A minute by default, for which tests of changed Secrets in running pods would wait.
        syncFrequency: "10s",
        // Images are loaded, not pulled: one that was collected could not be had again.
        imageGCHighThresholdPercent: 100,
        evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    });
}

/** containerd's configuration: the default places, certs.d for the registries' certificates, and the pause image that is loaded. */
export function containerdConfiguration(pauseImage: string): string {
    return `version = 3

[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "/etc/containerd/certs.d"

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "${pauseImage}"

[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["/usr/lib/cni"]
  conf_dir = "/etc/kubernetes/cni"

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = false
`;
}

/** How pods join the node's network: a bridge of the node's, addresses from the node's subnet. */
export function networkConfiguration(node: NodePlan): string {
    const bridge = {
        type: "bridge",
        bridge: "cni0",
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
            type: "host-local",
            ranges: [[{ subnet: node.podSubnet }]],
            routes: [{ dst: "0.0.0.0/0" }],
            dataDir: "/run/cni",
        },
    };
    const plugins = [bridge, { type: "portmap", capabilities: { portMappings: true } }];
    return `${JSON.stringify({ cniVersion: "1.0.0", name: "pods", plugins }, undefined, 2)}\n`;
}

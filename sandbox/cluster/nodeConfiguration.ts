import { stringify } from "yaml";
import { dnsServiceAddress, type NodePlan } from "./plan";

/** The kubelet's configuration. Other settings keep their defaults, so that pods run on an ordinary node. */
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
        // The default is a minute, for which tests of changed Secrets in running pods would wait.
        syncFrequency: "10s",
        // Images are loaded, not pulled, so a collected one could not be restored.
        imageGCHighThresholdPercent: 100,
        evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    });
}

/** containerd's configuration: default paths, certs.d for the registries' certificates, and the loaded pause image. */
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

/** The CNI configuration: a bridge on the node, and addresses in the node's subnet. */
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

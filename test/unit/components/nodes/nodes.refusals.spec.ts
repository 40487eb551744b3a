import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";
import { sshNode } from "../../sshNode";

refusesValues("nodes", [
    ["nodes.enabled", "no", must.boolean],
    ["nodes.daemonSet", "no", must.boolean],
    ["nodes.authenticate", "yes", must.boolean],
    ["nodes.runtimes[0]", "podman", 'must be one of "containerd", "k3s", "rke2", "cri-o", "docker"'],
    ["nodes.directories[0]", "certs.d", must.nodeDirectory],
    ["nodes.directories[0]", "/etc", must.nodeDirectory],
    ["nodes.directories[0]", "/etc/containerd/../shadow.d", must.nodeDirectory],
    ["nodes.directories[0]", "/etc/containerd/my certs.d", must.nodeDirectory],
    ["nodes.directories[0]", "/etc/containerd/certs.d/", must.nodeDirectory],
    ["nodes.nodeSelector.pool", 1, must.labelValue, 'write it in quotes, `"1"`'],
    ["nodes.tolerations[0].key", 1, must.labelKey, 'write it in quotes, `"1"`'],
    ["nodes.tolerations[0].operator", "Is", must.operators],
    ["nodes.tolerations[0].value", 1, must.labelValue, 'write it in quotes, `"1"`'],
    ["nodes.tolerations[0].effect", "None", must.effects],
]);

refuses("nodes", {
    "nodes without a certificate to trust": {
        of: { tls: { existingSecret: { name: "team" } }, nodes: { runtimes: ["cri-o"] } },
        says: [
            "nodes: has no effect, because nodes already trust this certificate; set its caCertPem, or remove nodes",
        ],
    },
    "an empty list of runtimes": {
        of: { nodes: { runtimes: [] } },
        says: ["nodes.runtimes: is empty; list the nodes' container runtimes, or set nodes.enabled to false"],
    },
    "directories that are repeated or belong to a runtime": {
        of: {
            nodes: {
                directories: [
                    "/etc/containerd/certs.d",
                    "/srv/certs.d",
                    "/srv/certs.d",
                    "/etc/containers/registries.conf.d",
                    "/var/lib/rancher/k3s/agent/etc/containerd/certs.d",
                ],
            },
        },
        says: [
            'nodes.directories[2]: repeats "/srv/certs.d"; name each once',
            "nodes.directories[3]: is the directory of cri-o; add cri-o to nodes.runtimes instead",
            "nodes.directories[4]: is the directory of k3s; add k3s to nodes.runtimes instead",
        ],
    },
    "no DaemonSet and no machines": {
        of: { nodes: { daemonSet: false } },
        says: [
            "nodes.daemonSet: leaves no way to configure the nodes; list machines in nodes.ssh, or set nodes.enabled to false",
        ],
    },
    "fields of the DaemonSet when daemonSet is false": {
        of: {
            nodes: {
                daemonSet: false,
                ssh: [sshNode("a")],
                runtimes: ["k3s"],
                directories: ["/srv/certs.d"],
                nodeSelector: {},
                tolerations: [],
            },
        },
        says: ["runtimes", "directories", "nodeSelector", "tolerations"].map(
            (field) => `nodes.${field}: is for the DaemonSet, which nodes.daemonSet disables; remove one of the two`,
        ),
    },
    "fields that have no effect with enabled: false": {
        of: { nodes: { enabled: false, daemonSet: true, ssh: [sshNode("a")], authenticate: true } },
        says: ["daemonSet", "ssh", "authenticate"].map(
            (field) => `nodes.${field}: has no effect while nodes.enabled is false; remove one of the two`,
        ),
    },
    "authenticate with runtimes that cannot store a login for a single registry": {
        of: {
            nodes: {
                authenticate: true,
                runtimes: ["containerd", "cri-o"],
                ssh: [sshNode("a"), { ...sshNode("b"), runtimes: ["docker", "cri-o"] }],
            },
        },
        says: [
            "nodes.runtimes[1]: cri-o cannot store a login for a single registry; use pull secrets there, without nodes.authenticate",
            "nodes.ssh[1].runtimes: docker and cri-o cannot store a login for a single registry; use pull secrets there, without nodes.authenticate",
        ],
    },
});

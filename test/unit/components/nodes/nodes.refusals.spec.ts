import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";
import { sshNode } from "../../sshNode";

refusesValues("nodes", [
    ["nodes.enabled", "no", must.boolean],
    ["nodes.daemonSet", "no", must.boolean],
    ["nodes.authenticate", "yes", must.boolean],
    ["nodes.runtimes[0]", "podman", 'must be one of "containerd", "k3s", "rke2", "cri-o", "docker"'],
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
    "no DaemonSet and no machines": {
        of: { nodes: { daemonSet: false } },
        says: [
            "nodes.daemonSet: leaves no way to configure the nodes; list machines in nodes.ssh, or set nodes.enabled to false",
        ],
    },
    "fields of the DaemonSet when daemonSet is false": {
        of: { nodes: { daemonSet: false, ssh: [sshNode("a")], runtimes: ["k3s"], nodeSelector: {}, tolerations: [] } },
        says: ["runtimes", "nodeSelector", "tolerations"].map(
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

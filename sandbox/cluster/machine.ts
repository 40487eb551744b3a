import { dataFolder } from "../paths";

/**
 * The Debian packages that nodes need: the container runtime's lowest part, the network's tools, the CNI plugins, and the
 * authorities by which Go fetches modules.
 */
export const debianPackages = [
    "ca-certificates",
    "runc",
    "iptables",
    "conntrack",
    "iproute2",
    "kmod",
    "procps",
    "containernetworking-plugins",
];

const elsewhere = "Use kind, k3d or minikube instead, and set KUBECONFIG to that cluster.";

/** Throws if a sandbox cannot run on this machine. */
export function assertMachine(): void {
    if (process.platform !== "linux") throw new Error(`The sandbox needs Linux. ${elsewhere}`);
    if (process.getuid?.() !== 0) throw new Error(`The sandbox needs root, for namespaces and mounts. ${elsewhere}`);
    // Nodes mount overlays over these directories, and an overlay cannot contain itself.
    const covered = ["/etc", "/var", "/opt", "/run"].find((folder) => `${dataFolder}/`.startsWith(`${folder}/`));
    if (covered) {
        throw new Error(
            `The sandbox's data cannot lie under ${covered} (${dataFolder}); set PRIVATE_REGISTRY_DATA to another folder.`,
        );
    }
}

/** Addresses in the nodes' network: the same in every sandbox, because no packet with them leaves its sandbox. */
export const podNetwork = "10.244.0.0/16";
export const serviceNetwork = "10.96.0.0/16";
export const apiServiceAddress = "10.96.0.1";
export const dnsServiceAddress = "10.96.0.10";

/** The maximum number of sandboxes: each uses one subnet 10.77.INDEX.0/24. */
export const largestIndex = 254;

/** The maximum number of nodes in a sandbox. */
export const mostNodes = 2;

/** A sandbox's names and addresses on the machine. */
export interface NetworkPlan {
    /** The bridge between the machine and the nodes, at most 15 characters, the kernel's limit. */
    bridge: string;
    /** The machine's address on the bridge. */
    gateway: string;
    /** Address of the API server: the first node. */
    apiServer: string;
}

/** A node's names and addresses. */
export interface NodePlan {
    /** 1 is the node with the control plane. */
    number: number;
    /** The node's name in Kubernetes. */
    name: string;
    address: string;
    /** The machine's end of the node's veth pair. */
    cable: string;
    /** The control group of the node's pods. */
    cgroup: string;
    podSubnet: string;
}

export function planNetwork(index: number): NetworkPlan {
    const apiServer = planNode(index, 1).address;
    return { bridge: `prsb${index}`, gateway: `10.77.${index}.1`, apiServer };
}

export function planNode(index: number, number: number): NodePlan {
    return {
        number,
        name: `node${number}`,
        address: `10.77.${index}.${number + 1}`,
        cable: `prsb${index}n${number}`,
        cgroup: `prsb${index}-node${number}`,
        podSubnet: `10.244.${number}.0/24`,
    };
}

/** All nodes of a sandbox, the control plane's first. */
export function planNodes(index: number, count: number): NodePlan[] {
    return Array.from({ length: count }, (_, i) => planNode(index, i + 1));
}

/** Addresses inside the nodes' own network: the same in every sandbox, because no packet of theirs leaves its sandbox. */
export const podNetwork = "10.244.0.0/16";
export const serviceNetwork = "10.96.0.0/16";
export const apiServiceAddress = "10.96.0.1";
export const dnsServiceAddress = "10.96.0.10";

/** The most sandboxes that fit side by side: each takes one subnet 10.77.INDEX.0/24. */
export const largestIndex = 254;

/** The most nodes that a sandbox can have. */
export const mostNodes = 2;

/** What a sandbox is called on the machine's network. */
export interface NetworkPlan {
    /** The bridge that joins machine and nodes, at most 15 characters as the kernel wants it. */
    bridge: string;
    /** The machine's address on the bridge. */
    gateway: string;
    /** Where the API server listens: the first node. */
    apiServer: string;
}

/** What a node is called, inside and outside. */
export interface NodePlan {
    /** 1 for the node that carries the control plane. */
    number: number;
    /** The node's name in Kubernetes. */
    name: string;
    address: string;
    /** The machine's end of the node's cable. */
    cable: string;
    /** The control group that holds the node's pods. */
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

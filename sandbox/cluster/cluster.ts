import { type NetworkPlan, type NodePlan, planNetwork, planNodes } from "./plan";
import { ensureSettings, readSettings, type Settings, sandboxFolder } from "./settings";

/** The cluster of one sandbox: where its files are, and what its network and nodes are called. */
export interface Cluster {
    /** The sandbox's name. */
    readonly name: string;
    /** Directory of the sandbox. */
    readonly folder: string;
    /** Determines the subnet and the names of interfaces. */
    readonly index: number;
    readonly network: NetworkPlan;
    /** The first node runs the control plane. */
    readonly nodes: readonly NodePlan[];
}

/** The cluster of an existing sandbox. */
export function findCluster(name: string): Cluster | undefined {
    const folder = sandboxFolder(name);
    const settings = readSettings(folder);
    return settings && planCluster(name, folder, settings);
}

/** The cluster of a sandbox, with at least this number of nodes. The first start determines its index. */
export async function ensureCluster(name: string, nodes?: number): Promise<Cluster> {
    const folder = sandboxFolder(name);
    return planCluster(name, folder, await ensureSettings(folder, nodes));
}

export function planCluster(name: string, folder: string, { index, nodes }: Settings): Cluster {
    return { name, folder, index, network: planNetwork(index), nodes: planNodes(index, nodes) };
}

import * as fs from "node:fs";
import { run } from "../command";
import type { NetworkPlan, NodePlan } from "./plan";

export function interfaceExists(name: string): boolean {
    return fs.existsSync(`/sys/class/net/${name}`);
}

/** Creates the bridge between the machine and the nodes, unless it exists. */
export async function createBridge({ bridge, gateway }: NetworkPlan): Promise<void> {
    if (interfaceExists(bridge)) return;
    await run(["ip", "link", "add", bridge, "type", "bridge"]);
    await run(["ip", "address", "add", `${gateway}/24`, "dev", bridge]);
    await run(["ip", "link", "set", bridge, "up"]);
}

/** Connects a node, by its process, to the bridge; in the node, the interface is eth0. */
export async function connectNode({ bridge }: NetworkPlan, { cable }: NodePlan, pid: number): Promise<void> {
    if (interfaceExists(cable)) return;
    await run(["ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", `${pid}`]);
    await run(["ip", "link", "set", cable, "master", bridge, "up"]);
}

/** Removes a bridge or the machine's end of a cable. A dead node's namespace takes its cable along only some time later. */
export async function removeInterface(name: string): Promise<void> {
    if (!interfaceExists(name)) return;
    await run(["ip", "link", "delete", name]).catch((error: Error) => {
        // It may have been removed with its namespace in the meantime.
        if (interfaceExists(name)) throw error;
    });
}

import * as fs from "node:fs";
import { run } from "../command";
import type { NetworkPlan, NodePlan } from "./plan";

export function interfaceExists(name: string): boolean {
    return fs.existsSync(`/sys/class/net/${name}`);
}

/** Makes the bridge through which the machine and the nodes reach each other, unless it is there. */
export async function createBridge({ bridge, gateway }: NetworkPlan): Promise<void> {
    if (interfaceExists(bridge)) return;
    await run(["ip", "link", "add", bridge, "type", "bridge"]);
    await run(["ip", "address", "add", `${gateway}/24`, "dev", bridge]);
    await run(["ip", "link", "set", bridge, "up"]);
}

/** Joins a node, given by its process, to the bridge; inside, the cable's end is called eth0. */
export async function connectNode({ bridge }: NetworkPlan, { cable }: NodePlan, pid: number): Promise<void> {
    if (interfaceExists(cable)) return;
    await run(["ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", `${pid}`]);
    await run(["ip", "link", "set", cable, "master", bridge, "up"]);
}

/** Removes a bridge or the machine's end of a cable. A dead node's namespace takes its cable along only some time later. */
export async function removeInterface(name: string): Promise<void> {
    if (!interfaceExists(name)) return;
    await run(["ip", "link", "delete", name]).catch((error: Error) => {
        // It may have gone with its namespace between the look and the command.
        if (interfaceExists(name)) throw error;
    });
}

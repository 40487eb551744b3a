import * as fs from "node:fs";
import * as path from "node:path";
import { type Cluster, findCluster } from "../cluster/cluster";
import { diskUsage, type StoredFolder } from "../cluster/diskUsage";
import { isUp } from "../cluster/lifecycle";
import { nodeProcess } from "../cluster/node";
import type { NodePlan } from "../cluster/plan";
import { sandboxFolder } from "../cluster/settings";
import { cacheFolder } from "../paths";

const nodeComponents = ["containerd", "kubelet", "kube-proxy"];
const controlPlane = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

export interface Status {
    isUp: boolean;
    /** The running components, as readable lines. */
    text: string;
    /** Disk usage. */
    stored: StoredFolder[];
}

/** The status of a sandbox, without changing it. */
export async function describeStatus(name: string): Promise<Status> {
    const stored = await diskUsage([sandboxFolder(name), cacheFolder]);
    const cluster = findCluster(name);
    if (!cluster) return { isUp: false, text: `There is no sandbox "${name}".`, stored };
    const up = await isUp(cluster);
    const runs = cluster.nodes.some((node) => nodeProcess(cluster, node) !== undefined);
    const summary = up ? "up" : runs ? "half up; `npm run sandbox -- up` repairs it" : "down";
    const lines = cluster.nodes.flatMap((node) => describeNode(cluster, node));
    return { isUp: up, text: [`The sandbox "${name}" is ${summary}.`, ...lines].join("\n"), stored };
}

function describeNode(cluster: Cluster, node: NodePlan): string[] {
    const pid = nodeProcess(cluster, node);
    if (pid === undefined) return [`${node.name} ${node.address}: does not run`];
    const running = programsInNamespaceOf(pid);
    const components = node.number === 1 ? [...controlPlane, ...nodeComponents] : nodeComponents;
    const lines = components.map((name) => `  ${name.padEnd(24)} ${running.has(name) ? "runs" : "does not run"}`);
    return [`${node.name} ${node.address}: process ${pid}`, ...lines];
}

/** The names of the programs in the same PID namespace: the node's programs, not those of its pods. */
function programsInNamespaceOf(pid: number): Set<string> {
    const namespace = fs.readlinkSync(`/proc/${pid}/ns/pid`);
    const names = fs
        .readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .map((entry) => {
            try {
                const isBeside = fs.readlinkSync(`/proc/${entry}/ns/pid`) === namespace;
                return isBeside ? path.basename(fs.readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0")[0]) : "";
            } catch {
                // It has exited in the meantime.
                return "";
            }
        });
    return new Set(names);
}

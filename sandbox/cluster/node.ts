import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../paths";
import { createCgroup, removeCgroup } from "./cgroups";
import type { Cluster } from "./cluster";
import { connectNode, removeInterface } from "./network";
import { mostNodes, type NodePlan, planNodes, podNetwork, serviceNetwork } from "./plan";
import { nodeFolder } from "./settings";
import { waitUntil } from "./waiting";

const script = path.join(repositoryRoot, "sandbox", "cluster", "node.sh");
const namespaces = ["--net", "--mount", "--pid", "--uts", "--ipc"];

/** The PID of the node's first process on the machine; undefined if the node is not running. */
export function nodeProcess(cluster: Cluster, node: NodePlan): number | undefined {
    const file = pidFile(cluster, node);
    if (!fs.existsSync(file)) return undefined;
    const [pid, started] = fs.readFileSync(file, "utf8").trim().split(" ").map(Number);
    return isSameProcess(pid, started) ? pid : undefined;
}

/** When the node was started. */
export function nodeStart(cluster: Cluster, node: NodePlan): Date {
    return fs.statSync(pidFile(cluster, node)).mtime;
}

/** The prefix of a command that runs it in the network of a running node, or with `all` in all of its namespaces. */
export function enterNode(cluster: Cluster, node: NodePlan, all: boolean): string[] {
    const pid = nodeProcess(cluster, node);
    if (pid === undefined) throw new Error(`${node.name} does not run; \`npm run sandbox -- up\` starts it.`);
    return ["nsenter", `--target=${pid}`, ...(all ? namespaces : ["--net"])];
}

/** Starts a node unless it is running, and connects it to the bridge; completes an interrupted start. */
export async function startNode(cluster: Cluster, node: NodePlan): Promise<void> {
    if (nodeProcess(cluster, node) === undefined) {
        await clearNode(node);
        createCgroup(node.cgroup);
        spawnNode(cluster, node);
        const log = path.join(nodeFolder(cluster.folder, node.number), "log", "node.log");
        const isRunning = () => nodeProcess(cluster, node) !== undefined;
        await waitUntil(isRunning, 10, () => `${node.name} did not start; ${log} says why.`);
    }
    await connectNode(cluster.network, node, nodeProcess(cluster, node) ?? 0);
}

/** Stops a node, with SIGTERM and then SIGKILL, and removes what it leaves on the machine. */
export async function stopNode(cluster: Cluster, node: NodePlan): Promise<void> {
    const pid = nodeProcess(cluster, node);
    if (pid !== undefined) {
        const isGone = () => nodeProcess(cluster, node) === undefined;
        process.kill(pid, "SIGTERM");
        await waitUntil(isGone, 5, () => "").catch(() => process.kill(pid, "SIGKILL"));
        await waitUntil(isGone, 10, () => `${node.name} (process ${pid}) could not be ended.`);
    }
    fs.rmSync(pidFile(cluster, node), { force: true });
    await clearNode(node);
}

async function clearNode(node: NodePlan): Promise<void> {
    await removeInterface(node.cable);
    await removeCgroup(node.cgroup);
}

function spawnNode(cluster: Cluster, node: NodePlan): void {
    const folder = nodeFolder(cluster.folder, node.number);
    const log = startLog(folder);
    // A node has routes to all possible nodes, so that nodes can be added while it is running.
    const peers = planNodes(cluster.index, mostNodes).filter(({ number }) => number !== node.number);
    const routes = peers.map((peer) => `${peer.podSubnet}=${peer.address}`);
    // The node does not inherit the caller's environment, which may contain secrets and proxies.
    const env = {
        PATH: `${path.join(cluster.folder, "bin")}:/usr/sbin:/usr/bin:/sbin:/bin`,
        NODE_FOLDER: folder,
        NODE_NAME: node.name,
        NODE_ADDRESS: node.address,
        GATEWAY: cluster.network.gateway,
        POD_NETWORK: podNetwork,
        SERVICE_NETWORK: serviceNetwork,
        POD_ROUTES: routes.join(" "),
        CONTROL_PLANE: node.number === 1 ? "yes" : "no",
    };
    // Its output goes to a file, and it is detached, so that a process that waits for this one is not blocked.
    const child = spawn("unshare", [...namespaces, "--fork", "--kill-child", "bash", script], {
        detached: true,
        stdio: ["ignore", log, log],
        cwd: "/",
        env,
    });
    child.unref();
    fs.closeSync(log);
}

/** A node's logs are new at each start; the previous ones are kept next to them. */
function startLog(folder: string): number {
    const [current, previous] = [path.join(folder, "log"), path.join(folder, "log.previous")];
    if (fs.existsSync(current)) {
        fs.rmSync(previous, { recursive: true, force: true });
        fs.renameSync(current, previous);
    }
    fs.mkdirSync(current, { recursive: true, mode: 0o700 });
    return fs.openSync(path.join(current, "node.log"), "a", 0o600);
}

function pidFile({ folder }: Cluster, { number }: NodePlan): string {
    return path.join(nodeFolder(folder, number), "pid");
}

/** PIDs are reused, also after a reboot, so the start time must match, and the process must be in separate namespaces. */
function isSameProcess(pid: number, started: number): boolean {
    try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
        // The fields after the command's name, which may contain spaces: the state is the 3rd, the start time the 22nd.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const isAlive = fields[0] !== "Z" && Number(fields[19]) === started;
        return isAlive && fs.readlinkSync(`/proc/${pid}/ns/net`) !== fs.readlinkSync("/proc/self/ns/net");
    } catch {
        return false;
    }
}

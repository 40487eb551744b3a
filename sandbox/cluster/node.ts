import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../paths";
import { createCgroup, removeCgroup } from "./cgroups";
import { connectNode, removeInterface } from "./network";
import { type NetworkPlan, type NodePlan, podNetwork, serviceNetwork } from "./plan";
import { nodeFolder } from "./settings";
import { waitUntil } from "./waiting";

const script = path.join(repositoryRoot, "sandbox", "cluster", "node.sh");
const namespaces = ["--net", "--mount", "--pid", "--uts", "--ipc"];

/** The number of the node's first process on the machine, or undefined when the node does not run. */
export function nodeProcess(folder: string, number: number): number | undefined {
    const file = pidFile(folder, number);
    if (!fs.existsSync(file)) return undefined;
    const [pid, started] = fs.readFileSync(file, "utf8").trim().split(" ").map(Number);
    return isSameProcess(pid, started) ? pid : undefined;
}

/** When the node was started. */
export function nodeStart(folder: string, number: number): Date {
    return fs.statSync(pidFile(folder, number)).mtime;
}

/** The words before a command that make it run in the network of a running node, or with `all` in all of its namespaces. */
export function enterNode(folder: string, number: number, all: boolean): string[] {
    const pid = nodeProcess(folder, number);
    if (pid === undefined) throw new Error(`node${number} does not run; \`npm run sandbox -- up\` starts it.`);
    return ["nsenter", `--target=${pid}`, ...(all ? namespaces : ["--net"])];
}

/** Starts a node that does not run and joins it to the bridge; finishes the start of one that was left half-way. */
export async function startNode(
    folder: string,
    network: NetworkPlan,
    peers: NodePlan[],
    node: NodePlan,
): Promise<void> {
    if (nodeProcess(folder, node.number) === undefined) {
        await clearNode(node);
        createCgroup(node.cgroup);
        spawnNode(folder, network, peers, node);
        const log = path.join(nodeFolder(folder, node.number), "log", "node.log");
        const isRunning = () => nodeProcess(folder, node.number) !== undefined;
        await waitUntil(isRunning, 10, () => `${node.name} did not start; ${log} says why.`);
    }
    await connectNode(network, node, nodeProcess(folder, node.number) ?? 0);
}

/** Ends a node: first politely, then for good, and removes what it leaves on the machine. */
export async function stopNode(folder: string, node: NodePlan): Promise<void> {
    const pid = nodeProcess(folder, node.number);
    if (pid !== undefined) {
        const isGone = () => nodeProcess(folder, node.number) === undefined;
        process.kill(pid, "SIGTERM");
        await waitUntil(isGone, 5, () => "").catch(() => process.kill(pid, "SIGKILL"));
        await waitUntil(isGone, 10, () => `${node.name} (process ${pid}) could not be ended.`);
    }
    fs.rmSync(pidFile(folder, node.number), { force: true });
    await clearNode(node);
}

async function clearNode(node: NodePlan): Promise<void> {
    await removeInterface(node.cable);
    await removeCgroup(node.cgroup);
}

function spawnNode(sandbox: string, network: NetworkPlan, peers: NodePlan[], node: NodePlan): void {
    const folder = nodeFolder(sandbox, node.number);
    const log = startLog(folder);
    const routes = peers.map((peer) => `${peer.podSubnet}=${peer.address}`);
    // Nothing of the caller's environment, which may hold secrets and proxies, goes into the node.
    const env = {
        PATH: `${path.join(sandbox, "bin")}:/usr/sbin:/usr/bin:/sbin:/bin`,
        NODE_FOLDER: folder,
        NODE_NAME: node.name,
        NODE_ADDRESS: node.address,
        GATEWAY: network.gateway,
        POD_NETWORK: podNetwork,
        SERVICE_NETWORK: serviceNetwork,
        POD_ROUTES: routes.join(" "),
        CONTROL_PLANE: node.number === 1 ? "yes" : "no",
    };
    // Its output goes to a file and it is no child of ours to wait for, so that whoever waits for us is not kept waiting.
    const child = spawn("unshare", [...namespaces, "--fork", "--kill-child", "bash", script], {
        detached: true,
        stdio: ["ignore", log, log],
        cwd: "/",
        env,
    });
    child.unref();
    fs.closeSync(log);
}

/** A node's logs begin anew at each start; those of the time before are kept next to them. */
function startLog(folder: string): number {
    const [current, previous] = [path.join(folder, "log"), path.join(folder, "log.previous")];
    if (fs.existsSync(current)) {
        fs.rmSync(previous, { recursive: true, force: true });
        fs.renameSync(current, previous);
    }
    fs.mkdirSync(current, { recursive: true, mode: 0o700 });
    return fs.openSync(path.join(current, "node.log"), "a", 0o600);
}

function pidFile(folder: string, number: number): string {
    return path.join(nodeFolder(folder, number), "pid");
}

/** Process numbers are used again, after a reboot too: the same process also has the same start time, and is in namespaces of its own. */
function isSameProcess(pid: number, started: number): boolean {
    try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
        // The fields after the command's name, which may itself hold spaces: state is the 3rd, the start time the 22nd.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const isAlive = fields[0] !== "Z" && Number(fields[19]) === started;
        return isAlive && fs.readlinkSync(`/proc/${pid}/ns/net`) !== fs.readlinkSync("/proc/self/ns/net");
    } catch {
        return false;
    }
}

import * as fs from "node:fs";
import * as path from "node:path";
import { addonPods, addons } from "../addons/addons";
import { ensureDebianPackages } from "../debian";
import { type ImageName, imageReferences, packImages, toolsOf } from "../images/images";
import type { Progress } from "../progress";
import { link, preparePulumi } from "../pulumi";
import { ensureTools, type Tool } from "../toolchain/toolchain";
import { Api } from "./api";
import { loadImages } from "./images";
import { debianPackages } from "./machine";
import { createBridge } from "./network";
import { nodeProcess, nodeStart, startNode } from "./node";
import { NodeFiles } from "./nodeFiles";
import { dnsServiceAddress, mostNodes, type NodePlan, planNetwork, planNodes } from "./plan";
import { waitForCluster } from "./readiness";
import type { Settings } from "./settings";

/** The programs of a node, and those that people use with the cluster. */
const tools: Tool[] = [
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kube-proxy",
    "kubectl",
    "etcd",
    "containerd",
    "containerd-shim-runc-v2",
    "ctr",
    "crane",
    "pulumi",
];

const images: ImageName[] = ["pause", "busybox", "coredns", "local-path-provisioner", "registry", "curl"];

/** True when the last start came to its end, all of its nodes still run, and the API server answers. */
export async function isUp(folder: string, settings: Settings): Promise<boolean> {
    const processes = nodeProcesses(folder, planNodes(settings.index, settings.nodes));
    const isStarted = fs.existsSync(startedFile(folder)) && fs.readFileSync(startedFile(folder), "utf8") === processes;
    return isStarted && new Api(folder, settings.index).isReady();
}

/** Starts what is missing and waits until the cluster can be used. Everything that is there already stays. */
export async function bringUp(name: string, folder: string, settings: Settings, progress: Progress): Promise<void> {
    const nodes = planNodes(settings.index, settings.nodes);
    await ensureDebianPackages(debianPackages, progress);
    // What the images hold is built at the same time: two waves of builds would leave a core idle at the end of each.
    linkTools(folder, await ensureTools([...tools, ...toolsOf(images)], progress));

    progress(`Starting the sandbox "${name}": ${nodes.length === 1 ? "one node" : `${nodes.length} nodes`}.`);
    await startNodes(name, folder, settings.index, nodes);
    await Promise.all([
        preparePulumi(folder, progress),
        loadAllImages(folder, nodes, progress),
        startCluster(folder, settings.index, nodes),
    ]);
    fs.writeFileSync(startedFile(folder), nodeProcesses(folder, nodes));
}

function linkTools(folder: string, paths: Record<string, string>): void {
    fs.mkdirSync(path.join(folder, "bin"), { recursive: true, mode: 0o700 });
    for (const tool of tools) link(paths[tool], path.join(folder, "bin", tool));
}

async function startNodes(name: string, folder: string, index: number, nodes: readonly NodePlan[]): Promise<void> {
    const network = planNetwork(index);
    const files = await NodeFiles.open(name, folder, network);
    await files.writeAdministrator();
    await createBridge(network);
    for (const node of nodes) {
        await files.writeNode(node, imageReferences.pause);
        // A node knows the way to all that there may ever be, so that one can be added while it runs.
        const peers = planNodes(index, mostNodes).filter(({ number }) => number !== node.number);
        await startNode(folder, network, peers, node);
    }
}

async function loadAllImages(folder: string, nodes: readonly NodePlan[], progress: Progress): Promise<void> {
    const archives = Object.values(await packImages(images, progress));
    await Promise.all(nodes.map((node) => loadImages(folder, node.number, archives)));
}

async function startCluster(folder: string, index: number, nodes: readonly NodePlan[]): Promise<void> {
    const api = new Api(folder, index);
    await api.waitUntilReady();
    await api.apply(addons(imageReferences, dnsServiceAddress));
    const starts = nodes.map((node) => [node.name, nodeStart(folder, node.number)] as const);
    await waitForCluster(api, { nodes: new Map(starts), pods: addonPods });
}

/** Names the processes that a start ended with: another start has others. */
function startedFile(folder: string): string {
    return path.join(folder, "started");
}

function nodeProcesses(folder: string, nodes: readonly NodePlan[]): string {
    return nodes.map((node) => `${node.name} ${nodeProcess(folder, node.number)}\n`).join("");
}

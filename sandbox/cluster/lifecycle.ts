import * as fs from "node:fs";
import * as path from "node:path";
import { addonPods, addons } from "../addons/addons";
import { ensureDebianPackages } from "../debian";
import { type ImageName, imageReferences, packImages, toolsOf } from "../images/images";
import { during, type Progress } from "../progress";
import { link, preparePulumi } from "../pulumi";
import { ensureTools, type Tool } from "../toolchain/toolchain";
import { Api } from "./api";
import type { Cluster } from "./cluster";
import { loadImages } from "./images";
import { debianPackages } from "./machine";
import { createBridge } from "./network";
import { nodeProcess, nodeStart, startNode } from "./node";
import { NodeFiles } from "./nodeFiles";
import { dnsServiceAddress } from "./plan";
import { waitForCluster } from "./readiness";

/** The programs of a node. */
const nodeTools: Tool[] = [
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
];

/** The client programs for the cluster, in addition to kubectl. */
const clientTools: Tool[] = ["crane", "pulumi"];

const images: ImageName[] = ["pause", "busybox", "coredns", "local-path-provisioner", "registry", "curl"];

/** Whether the last start completed, all of its nodes are still running, and the API server responds. */
export async function isUp(cluster: Cluster): Promise<boolean> {
    const started = startedFile(cluster);
    const isStarted = fs.existsSync(started) && fs.readFileSync(started, "utf8") === nodeProcesses(cluster);
    return isStarted && new Api(cluster).isReady();
}

/** Starts what is missing, and waits until the cluster is ready. It is idempotent. */
export async function bringUp(cluster: Cluster, progress: Progress): Promise<void> {
    await ensureDebianPackages(debianPackages, progress);
    // The nodes' tools are built first, so that nodes start while Pulumi is still being built.
    await Promise.all([bringUpNodes(cluster, progress), bringUpPulumi(cluster, progress)]);
    fs.writeFileSync(startedFile(cluster), nodeProcesses(cluster));
}

async function bringUpNodes(cluster: Cluster, progress: Progress): Promise<void> {
    const { name, folder, nodes } = cluster;
    linkTools(folder, await ensureTools([...nodeTools, ...toolsOf(images)], progress), nodeTools);
    const title = `Starting the sandbox "${name}": ${nodes.length === 1 ? "one node" : `${nodes.length} nodes`}`;
    progress(`${title}.`);
    await startNodes(cluster);
    await during(
        progress,
        () => title,
        () => Promise.all([loadAllImages(cluster, progress), startCluster(cluster)]),
    );
}

async function bringUpPulumi({ folder }: Cluster, progress: Progress): Promise<void> {
    linkTools(folder, await ensureTools(clientTools, progress), clientTools);
    await preparePulumi(folder, progress);
}

function linkTools(folder: string, paths: Partial<Record<Tool, string>>, tools: readonly Tool[]): void {
    fs.mkdirSync(path.join(folder, "bin"), { recursive: true, mode: 0o700 });
    for (const tool of tools) link(paths[tool] ?? "", path.join(folder, "bin", tool));
}

async function startNodes(cluster: Cluster): Promise<void> {
    const files = await NodeFiles.open(cluster);
    await files.writeAdministrator();
    await createBridge(cluster.network);
    for (const node of cluster.nodes) {
        await files.writeNode(node, imageReferences.pause);
        await startNode(cluster, node);
    }
}

async function loadAllImages(cluster: Cluster, progress: Progress): Promise<void> {
    const archives = Object.values(await packImages(images, progress));
    await Promise.all(cluster.nodes.map((node) => loadImages(cluster, node, archives)));
}

async function startCluster(cluster: Cluster): Promise<void> {
    const api = new Api(cluster);
    await api.waitUntilReady();
    await api.apply(addons(imageReferences, dnsServiceAddress));
    const starts = cluster.nodes.map((node) => [node.name, nodeStart(cluster, node)] as const);
    await waitForCluster(api, { nodes: new Map(starts), pods: addonPods });
}

/** Identifies the processes of a completed start: another start has different ones. */
function startedFile({ folder }: Cluster): string {
    return path.join(folder, "started");
}

function nodeProcesses(cluster: Cluster): string {
    return cluster.nodes.map((node) => `${node.name} ${nodeProcess(cluster, node)}\n`).join("");
}

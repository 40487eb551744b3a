import * as fs from "node:fs";
import * as path from "node:path";
import { type Cluster, ensureCluster, findCluster } from "./cluster/cluster";
import { diskUsage, type StoredFolder } from "./cluster/diskUsage";
import { loadImages } from "./cluster/images";
import { bringUp, isUp } from "./cluster/lifecycle";
import { assertMachine } from "./cluster/machine";
import { removeInterface } from "./cluster/network";
import { enterNode, nodeProcess, stopNode } from "./cluster/node";
import { mostNodes, planNode, planNodes } from "./cluster/plan";
import { sandboxFolder } from "./cluster/settings";
import { withLock } from "./lock";
import { cacheFolder } from "./paths";
import { type Progress, printProgress } from "./progress";
import { preparePulumi, pulumiEnvironment } from "./pulumi";

export interface SandboxOptions {
    /** Name of the sandbox. Defaults to "default". */
    name?: string;
    /** Minimum number of nodes. Defaults to the current number, initially 1. */
    nodes?: 1 | 2;
    /** Where it reports progress. Defaults to standard error. */
    progress?: Progress;
}

export interface StopOptions {
    /** Name of the sandbox. Defaults to "default". */
    name?: string;
    /** Whether to delete its data, too: images, volumes, keys, Pulumi state. Defaults to false. */
    purge?: boolean;
    /** Where it reports progress. Defaults to standard error. */
    progress?: Progress;
}

/** A running sandbox: a Kubernetes cluster and a separate Pulumi environment. */
export interface Sandbox {
    readonly name: string;
    /** Directory of its data. */
    readonly folder: string;
    /** The path of the administrator's kubeconfig. */
    readonly kubeconfig: string;
    readonly nodes: number;
    /** This process's environment, with variables that make kubectl, crane, pulumi and Helm use the sandbox. */
    readonly environment: NodeJS.ProcessEnv;
    /** The prefix of a command that runs it in a node's network, or with `all` in all of the node's namespaces. */
    enter(node?: number, options?: { all?: boolean }): string[];
    /** Loads an image archive into every node. */
    loadImage(archive: string): Promise<void>;
}

/** Starts the sandbox, or repairs an incomplete or killed one. Does nothing if it is up. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
    const { name = "default", nodes, progress = printProgress } = options;
    assertMachine();
    const folder = sandboxFolder(name);
    return withLock(`sandbox-${name}`, async () => {
        const cluster = await ensureCluster(name, nodes);
        if (await isUp(cluster)) await preparePulumi(folder, progress);
        else await bringUp(cluster, progress);
        progress(`The sandbox "${name}" is up.`);
        return describe(cluster);
    });
}

/** The sandbox, if it is running. */
export function openSandbox(name = "default"): Sandbox | undefined {
    const cluster = findCluster(name);
    const isRunning = cluster !== undefined && nodeProcess(cluster, cluster.nodes[0]) !== undefined;
    return isRunning ? describe(cluster) : undefined;
}

/** Stops the sandbox, and returns what stays on the disk: caches, and its data unless it is purged. */
export async function stopSandbox(options: StopOptions = {}): Promise<StoredFolder[]> {
    const { name = "default", purge = false, progress = printProgress } = options;
    const folder = sandboxFolder(name);
    const cluster = findCluster(name);
    if (!cluster) progress(`There is no sandbox "${name}".`);
    else {
        assertMachine();
        await withLock(`sandbox-${name}`, async () => {
            await stop(cluster);
            if (purge) fs.rmSync(folder, { recursive: true, force: true });
        });
        progress(`The sandbox "${name}" is down.`);
    }
    return diskUsage([folder, cacheFolder]);
}

async function stop(cluster: Cluster): Promise<void> {
    await Promise.all(planNodes(cluster.index, mostNodes).map((node) => stopNode(cluster, node)));
    await removeInterface(cluster.network.bridge);
}

function describe(cluster: Cluster): Sandbox {
    const { name, folder, nodes } = cluster;
    const kubeconfig = path.join(folder, "kubeconfig");
    return {
        name,
        folder,
        kubeconfig,
        nodes: nodes.length,
        environment: {
            ...process.env,
            ...pulumiEnvironment(folder),
            KUBECONFIG: kubeconfig,
            PATH: [path.join(folder, "bin"), process.env.PATH].join(path.delimiter),
        },
        enter: (node = 1, { all = false } = {}) => enterNode(cluster, planNode(cluster.index, node), all),
        async loadImage(archive) {
            await Promise.all(nodes.map((node) => loadImages(cluster, node, [archive])));
        },
    };
}

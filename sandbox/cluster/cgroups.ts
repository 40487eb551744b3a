import * as fs from "node:fs";
import * as path from "node:path";
import { waitUntil } from "./waiting";

const root = "/sys/fs/cgroup";

/** The mounted hierarchies: one with cgroup v2, one per controller with v1. */
function hierarchies(): string[] {
    if (fs.existsSync(path.join(root, "cgroup.controllers"))) return [root];
    const folders = fs.readdirSync(root).map((name) => fs.realpathSync(path.join(root, name)));
    return [...new Set(folders)].filter((folder) => fs.existsSync(path.join(folder, "cgroup.procs")));
}

/** Creates a kubelet's control group for pods. Kubelets share the machine's hierarchy, so each has a separate one. */
export function createCgroup(name: string): void {
    for (const hierarchy of hierarchies()) {
        const group = path.join(hierarchy, name);
        fs.mkdirSync(group, { recursive: true });
        if (hierarchy === root) enableControllers(root);
        else copyCpus(hierarchy, group);
    }
}

/** cgroup v2: children only have the controllers that their parent enables for them. */
function enableControllers(group: string): void {
    const available = fs.readFileSync(path.join(group, "cgroup.controllers"), "utf8").split(/\s+/).filter(Boolean);
    const enabled = fs.readFileSync(path.join(group, "cgroup.subtree_control"), "utf8").split(/\s+/);
    for (const controller of available.filter((name) => !enabled.includes(name))) {
        fs.writeFileSync(path.join(group, "cgroup.subtree_control"), `+${controller}`);
    }
}

/** cgroup v1: a new cpuset is empty, and no process can run in it without CPUs and memory nodes. */
function copyCpus(parent: string, group: string): void {
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
        const source = path.join(parent, file);
        if (fs.existsSync(source)) fs.writeFileSync(path.join(group, file), fs.readFileSync(source));
    }
}

/** Removes the control group of a stopped node, with everything below it. */
export async function removeCgroup(name: string): Promise<void> {
    for (const hierarchy of hierarchies()) {
        const group = path.join(hierarchy, name);
        // The kernel releases a group shortly after its last process.
        await waitUntil(
            () => removeTree(group),
            5,
            () => `The control group ${group} could not be removed: a process is still in it.`,
        );
    }
}

/** Whether the group is removed. Files in a control group cannot be deleted, only directories, the deepest first. */
function removeTree(group: string): boolean {
    if (!fs.existsSync(group)) return true;
    const children = fs.readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const removed = children.map((child) => removeTree(path.join(group, child.name)));
    try {
        if (removed.every(Boolean)) fs.rmdirSync(group);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    }
    return !fs.existsSync(group);
}

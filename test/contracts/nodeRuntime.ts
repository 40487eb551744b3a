import { scriptFolder } from "../unit/shellScripts";

/** A node, as a container on it sees it. */
export interface ObservedNode {
    /** Upper directory of the container's root file system, an overlay. */
    readonly upperDirectory: string;
    /** Path of the container's resolv.conf on the node. */
    readonly resolvConf: string;
    /** The directories that the node agent writes to. */
    readonly folders: readonly string[];
}

/** Returns a function that runs the node agent's detection of the container runtime, and prints what it finds. For a `describe`. */
export function runtimeDetection(): (node: ObservedNode) => Promise<string> {
    const { at, write, inFolder, run } = scriptFolder();
    return async ({ upperDirectory, resolvConf, folders }) => {
        const mounts = [
            `1 0 0:9 / / rw - overlay overlay rw,upperdir=${upperDirectory},workdir=/work`,
            `2 1 8:1 ${resolvConf} /etc/resolv.conf rw - ext4 /dev/sda1 rw`,
        ];
        write("proc/self/mountinfo", `${mounts.join("\n")}\n`);
        write("agent/files/roots", folders.map((folder) => `/node${folder}\n`).join(""));
        write("agent/files/directories", "");
        const detection = inFolder("nodes/runtime.sh", "/proc/self/mountinfo");
        const { ended, output } = run(`${inFolder("nodes/nodeFiles.sh")}${detection}verdict\n`, {
            FILES: at("agent"),
            CONTAINERD: at("containerd"),
            RECORD: ".private-registry-contracts",
        });
        await ended;
        return output().trimEnd();
    };
}

import * as fs from "node:fs";
import { run } from "../../../sandbox/command";

/** Why a sandbox cannot run on this machine; undefined if it can. */
export function whyNoSandbox(): string | undefined {
    if (process.platform !== "linux") return "the sandbox needs Linux";
    return process.getuid?.() === 0 ? undefined : "the sandbox needs root";
}

/** What a sandbox could leave on the machine, for its index. */
export async function traces(index: number): Promise<string[]> {
    const own = new RegExp(`prsb${index}(n\\d|-node\\d)?$`);
    const groups = await run(["find", "/sys/fs/cgroup", "-type", "d", "-name", `prsb${index}-*`]);
    const mounts = fs
        .readFileSync("/proc/self/mounts", "utf8")
        .split("\n")
        .filter((line) => line.includes("test-node"));
    return [
        ...fs.readdirSync("/sys/class/net").filter((name) => own.test(name)),
        ...groups.split("\n").filter(Boolean),
        ...mounts,
    ];
}

/** The machine's configuration that no sandbox may change. */
export async function machineState(): Promise<Record<string, string>> {
    const settings = ["vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops", "net/ipv4/ip_forward"];
    const values = settings.map((name) => [name, fs.readFileSync(`/proc/sys/${name}`, "utf8").trim()]);
    const files = ["/etc", "/opt", "/run", "/var/lib", "/var/log"].map((name) => [
        name,
        fs.readdirSync(name).sort().join(" "),
    ]);
    return { ...Object.fromEntries([...values, ...files]), iptables: await run(["iptables-save"]) };
}

/** A process and all its descendants, as "PID start-time". */
export function processTree(root: number): string[] {
    const processes = fs
        .readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => readProcess(name) ?? []);
    const known = new Set([`${root}`]);
    const tree: string[] = [];
    // A process is usually listed after its parent, but PIDs wrap around, so repeat until no new one is found.
    for (let before = -1; before < known.size; ) {
        before = known.size;
        for (const { pid, parent } of processes) if (known.has(parent)) known.add(pid);
    }
    for (const { pid, start } of processes) if (known.has(pid)) tree.push(`${pid} ${start}`);
    return tree;
}

/** The processes that are still running. */
export function survivors(tree: readonly string[]): string[] {
    return tree.filter((entry) => {
        const [pid, start] = entry.split(" ");
        return readProcess(pid)?.start === start;
    });
}

function readProcess(pid: string): { pid: string; parent: string; start: string } | undefined {
    try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return { pid, parent: fields[1], start: fields[19] };
    } catch {
        return undefined;
    }
}

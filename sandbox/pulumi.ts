import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "./command";
import { cacheFolder, machinePath } from "./paths";
import { installedVersion } from "./plugins/installed";
import { type StandIn, standIns } from "./plugins/standIns";
import { during, type Progress } from "./progress";
import type { Tool } from "./toolchain/families";
import { buildTools } from "./toolchain/toolchain";

/** Seconds that the download of one plugin may take before the sandbox makes do without. */
const downloadLimit = 30;

/** The Pulumi home into which all sandboxes download plugins. */
const downloads = path.join(cacheFolder, "pulumi");

/** A plugin, as the engine looks it up. */
type Plugin = Pick<StandIn, "kind" | "name" | "version">;

/** The plugins that programs and tests need, by executable, each with what the sandbox uses where it cannot be downloaded. */
const plugins: Readonly<Record<string, StandIn | (Plugin & { readonly tool: Tool })>> = {
    ...standIns,
    "pulumi-resource-kubernetes": {
        kind: "resource",
        name: "kubernetes",
        version: installedVersion("@pulumi/kubernetes"),
        tool: "pulumi-resource-kubernetes",
    },
};

/**
 * Prepares the Pulumi home of a sandbox: a state backend in its folder, a passphrase, and every plugin in its plugin cache. (The
 * engine would warn of plugins on PATH at each `pulumi up`.) The official plugin is taken wherever it can be had. Where it cannot,
 * the Kubernetes provider is built from its source, and stand-ins replace the others, which the sandbox says.
 */
export async function preparePulumi(folder: string, progress: Progress): Promise<void> {
    const cache = path.join(folder, "pulumi-home", "plugins");
    removeFormerPlugins(folder, cache);
    for (const name of [path.join(folder, "pulumi-state"), cache, downloads]) {
        fs.mkdirSync(name, { recursive: true, mode: 0o700 });
    }
    removeStaleLocks(path.join(folder, "pulumi-state"));
    const passphrase = path.join(folder, "pulumi-passphrase");
    if (!fs.existsSync(passphrase)) fs.writeFileSync(passphrase, randomBytes(32).toString("hex"), { mode: 0o600 });

    const missedBefore = missedPlugins(folder);
    const missed: Record<string, string> = {};
    await Promise.all(
        Object.entries(plugins).map(async ([executable, plugin]) => {
            const place = path.join(cache, cacheName(plugin), executable);
            fs.mkdirSync(path.dirname(place), { recursive: true });
            // What could not be downloaded once is not tried again at each start: an offline machine would wait each time.
            const mayDownload = missedBefore[executable] !== plugin.version;
            const official = await during(
                progress,
                () => `Looking for the Pulumi plugin ${plugin.name}`,
                () => obtain(folder, executable, plugin, mayDownload),
            );
            if (official) return link(official, place);
            missed[executable] = plugin.version;
            if ("script" in plugin) writeWrapper(place, plugin.script);
            else link((await buildTools([plugin.tool], progress))[plugin.tool], place);
        }),
    );
    fs.writeFileSync(missedFile(folder), `${JSON.stringify(missed)}\n`);
    announce(
        Object.keys(missed).filter((executable) => executable in standIns),
        progress,
    );
}

/** Earlier versions kept plugins on the sandbox's PATH, where the engine prefers them, and shared one plugin cache. */
function removeFormerPlugins(folder: string, cache: string): void {
    for (const executable of Object.keys(plugins)) fs.rmSync(path.join(folder, "bin", executable), { force: true });
    if (fs.lstatSync(cache, { throwIfNoEntry: false })?.isSymbolicLink()) fs.rmSync(cache);
}

/** Removes the stack locks of a killed Pulumi process: only processes of the sandbox use its state. */
export function removeStaleLocks(state: string): void {
    const locks = path.join(state, ".pulumi", "locks");
    if (!fs.existsSync(locks)) return;
    const names = fs.readdirSync(locks, { recursive: true, encoding: "utf8" });
    for (const file of names.filter((name) => name.endsWith(".json")).map((name) => path.join(locks, name))) {
        if (!isHeld(file)) fs.rmSync(file, { force: true });
    }
}

/** Whether the Pulumi process that took a lock is running. It may exit, and release its lock, during the check. */
function isHeld(lock: string): boolean {
    try {
        const { pid } = JSON.parse(fs.readFileSync(lock, "utf8"));
        return fs.readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("pulumi");
    } catch {
        return false;
    }
}

/** Environment variables that make the Pulumi CLI use the sandbox's state, passphrase and plugins. */
export function pulumiEnvironment(folder: string): NodeJS.ProcessEnv {
    const isOffline = Object.keys(missedPlugins(folder)).length > 0;
    return {
        PULUMI_HOME: path.join(folder, "pulumi-home"),
        PULUMI_BACKEND_URL: `file://${path.join(folder, "pulumi-state")}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: path.join(folder, "pulumi-passphrase"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        ...(isOffline ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
    };
}

/** The plugins that could not be downloaded, by executable, with their versions. */
function missedPlugins(folder: string): Record<string, string> {
    const file = missedFile(folder);
    return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}

function missedFile(folder: string): string {
    return path.join(folder, "missed-plugins.json");
}

function announce(names: string[], progress: Progress): void {
    if (names.length === 0) return;
    progress(
        `Stand-ins, which are test equipment, take the place of Pulumi plugins that cannot be had here: ${names.sort().join(", ")}.`,
    );
}

/** An official plugin on the machine: on PATH, next to the CLI, or with exactly this version in a plugin cache. */
export function findOfficial(executable: string, plugin: Plugin, cli: string): string | undefined {
    const home = process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi");
    const cached = [home, downloads].map((folder) => path.join(folder, "plugins", cacheName(plugin)));
    return [...machinePath(), path.dirname(fs.realpathSync(cli)), ...cached]
        .map((folder) => path.join(folder, executable))
        .find((file) => fs.existsSync(file));
}

/** The name of a plugin's directory in a plugin cache. */
function cacheName({ kind, name, version }: Plugin): string {
    return `${kind}-${name}-v${version}`;
}

async function obtain(
    folder: string,
    executable: string,
    plugin: Plugin,
    mayDownload: boolean,
): Promise<string | undefined> {
    const cli = path.join(folder, "bin", "pulumi");
    const found = findOfficial(executable, plugin, cli);
    // Language hosts are part of the CLI, and have no separate download.
    if (found !== undefined || !mayDownload || plugin.kind === "language") return found;
    const command = [cli, "plugin", "install", plugin.kind, plugin.name, plugin.version];
    const env = { ...process.env, ...pulumiEnvironment(folder), PULUMI_HOME: downloads };
    try {
        await run(command, { env, timeout: downloadLimit * 1000 });
    } catch {
        return undefined;
    }
    return findOfficial(executable, plugin, cli);
}

function writeWrapper(file: string, script: string): void {
    fs.rmSync(file, { force: true });
    fs.writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, { mode: 0o755 });
}

/** Makes `place` a symbolic link to `target`, whatever it was before. */
export function link(target: string, place: string): void {
    fs.rmSync(place, { force: true });
    fs.symlinkSync(target, place);
}

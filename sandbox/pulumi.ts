import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "./command";
import { cacheFolder, machinePath } from "./paths";
import { standIns } from "./plugins/standIns";
import type { Progress } from "./progress";

/** Seconds that the download of one plugin may take before the sandbox makes do without. */
const downloadLimit = 30;

/** Where plugins are kept that the sandboxes downloaded. */
const downloadedPlugins = path.join(cacheFolder, "pulumi-plugins");

type Plugin = (typeof standIns)[string];

/**
 * Gives the sandbox a Pulumi of its own: a state backend in its folder, a passphrase, and every plugin on its PATH. The
 * official plugin is taken wherever it can be had; a stand-in only otherwise, and then the sandbox says so.
 */
export async function preparePulumi(folder: string, progress: Progress): Promise<void> {
    const cli = path.join(folder, "bin", "pulumi");
    for (const name of ["pulumi-state", "pulumi-home"]) {
        fs.mkdirSync(path.join(folder, name), { recursive: true, mode: 0o700 });
    }
    removeStaleLocks(path.join(folder, "pulumi-state"));
    fs.mkdirSync(downloadedPlugins, { recursive: true });
    link(downloadedPlugins, path.join(folder, "pulumi-home", "plugins"));
    const passphrase = path.join(folder, "pulumi-passphrase");
    if (!fs.existsSync(passphrase)) fs.writeFileSync(passphrase, randomBytes(32).toString("hex"), { mode: 0o600 });

    const known = usedStandIns(folder);
    const used: Record<string, string> = {};
    await Promise.all(
        Object.entries(standIns).map(async ([executable, plugin]) => {
            const place = path.join(folder, "bin", executable);
            // What could not be downloaded once is not tried again at each start: an offline machine would wait each time.
            const mayDownload = known[executable] !== plugin.version;
            const official =
                findOfficial(executable, plugin, cli) ??
                (mayDownload ? await download(folder, executable, plugin, cli) : undefined);
            if (official) link(official, place);
            else {
                writeWrapper(place, plugin.script);
                used[executable] = plugin.version;
            }
        }),
    );
    fs.writeFileSync(standInsFile(folder), `${JSON.stringify(used)}\n`);
    announce(Object.keys(used), progress);
}

/** Frees the stacks of a Pulumi that was killed: nobody else's processes use the sandbox's state. */
export function removeStaleLocks(state: string): void {
    const locks = path.join(state, ".pulumi", "locks");
    if (!fs.existsSync(locks)) return;
    const names = fs.readdirSync(locks, { recursive: true, encoding: "utf8" });
    for (const file of names.filter((name) => name.endsWith(".json")).map((name) => path.join(locks, name))) {
        if (!isHeld(file)) fs.rmSync(file, { force: true });
    }
}

/** Whether the Pulumi that took a lock lives. It may end, and give its lock back, while this looks. */
function isHeld(lock: string): boolean {
    try {
        const { pid } = JSON.parse(fs.readFileSync(lock, "utf8"));
        return fs.readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("pulumi");
    } catch {
        return false;
    }
}

/** The variables that make a Pulumi CLI use the sandbox's state, passphrase and plugins. */
export function pulumiEnvironment(folder: string): NodeJS.ProcessEnv {
    const hasStandIns = Object.keys(usedStandIns(folder)).length > 0;
    return {
        PULUMI_HOME: path.join(folder, "pulumi-home"),
        PULUMI_BACKEND_URL: `file://${path.join(folder, "pulumi-state")}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: path.join(folder, "pulumi-passphrase"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        ...(hasStandIns ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
    };
}

/** The stand-ins that the sandbox uses, each with the version that it stands in for. */
function usedStandIns(folder: string): Record<string, string> {
    const file = standInsFile(folder);
    return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}

function standInsFile(folder: string): string {
    return path.join(folder, "stand-ins.json");
}

function announce(names: string[], progress: Progress): void {
    if (names.length === 0) return;
    progress(
        `Stand-ins, which are test equipment, take the place of Pulumi plugins that cannot be had here: ${names.sort().join(", ")}.`,
    );
}

/** An official plugin on the machine: on PATH, beside the CLI, or with exactly the wanted version in a plugin cache. */
export function findOfficial(executable: string, plugin: Plugin, cli: string): string | undefined {
    const home = process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi");
    const version = `${plugin.kind}-${plugin.name}-v${plugin.version}`;
    const cached = [path.join(home, "plugins"), downloadedPlugins].map((cache) => path.join(cache, version));
    return [...machinePath(), path.dirname(fs.realpathSync(cli)), ...cached]
        .map((folder) => path.join(folder, executable))
        .find((file) => fs.existsSync(file));
}

async function download(folder: string, executable: string, plugin: Plugin, cli: string): Promise<string | undefined> {
    // Language hosts come with the CLI and are not offered alone.
    if (plugin.kind === "language") return undefined;
    const command = [cli, "plugin", "install", plugin.kind, plugin.name, plugin.version];
    const env = { ...process.env, ...pulumiEnvironment(folder) };
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

import * as os from "node:os";
import * as path from "node:path";

/** Files that can be built again at any time: tools, image archives. All sandboxes and clones share them. */
export const cacheFolder =
    process.env.PRIVATE_REGISTRY_CACHE ??
    path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "private-registry");

/** Files that must not be lost: one directory per sandbox, with its cluster's data, keys and Pulumi state. */
export const dataFolder =
    process.env.PRIVATE_REGISTRY_DATA ??
    path.join(process.env.XDG_DATA_HOME ?? path.join(os.homedir(), ".local", "share"), "private-registry");

/** The directories on PATH without those of sandboxes, which a sandbox's shell contains and which link to executables found here. */
export function machinePath(): string[] {
    return (process.env.PATH ?? "")
        .split(path.delimiter)
        .filter((folder) => path.isAbsolute(folder) && !folder.startsWith(dataFolder + path.sep));
}

/** The root of the repository, from dist/sandbox as well as from sandbox. */
export const repositoryRoot = path.resolve(
    __dirname,
    path.basename(path.resolve(__dirname, "..")) === "dist" ? "../.." : "..",
);

import * as os from "node:os";
import * as path from "node:path";

/** What may be built again at any time: tools, image archives. Shared by all sandboxes and clones. */
export const cacheFolder =
    process.env.PRIVATE_REGISTRY_CACHE ??
    path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "private-registry");

/** What must not be lost: one folder per sandbox, holding its cluster's data, keys and Pulumi state. */
export const dataFolder =
    process.env.PRIVATE_REGISTRY_DATA ??
    path.join(process.env.XDG_DATA_HOME ?? path.join(os.homedir(), ".local", "share"), "private-registry");

/** The folders on PATH without the sandboxes' own, which a shell that uses a sandbox has there: what they link to is looked for here. */
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

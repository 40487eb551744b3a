import * as fs from "node:fs";
import { run } from "../command";

/** A directory and its disk usage. */
export interface StoredFolder {
    path: string;
    bytes: number;
}

/** The disk usage of the directories that exist. */
export function diskUsage(folders: readonly string[]): Promise<StoredFolder[]> {
    return Promise.all(
        folders
            .filter((folder) => fs.existsSync(folder))
            .map(async (path) => {
                const size = await run(["du", "--summarize", "--block-size=1", "--one-file-system", path]);
                return { path, bytes: Number.parseInt(size, 10) };
            }),
    );
}

/** The disk usage, as readable lines. */
export function describeStored(folders: readonly StoredFolder[]): string {
    if (folders.length === 0) return "Nothing stays on the disk.";
    const lines = folders.map(({ path, bytes }) => `  ${formatBytes(bytes).padStart(9)}  ${path}`);
    return ["On the disk:", ...lines].join("\n");
}

function formatBytes(bytes: number): string {
    const gibibytes = bytes / 1024 ** 3;
    return gibibytes >= 1 ? `${gibibytes.toFixed(1)} GiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
}

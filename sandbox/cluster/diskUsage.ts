import * as fs from "node:fs";
import { run } from "../command";

/** A folder and what it takes on the disk. */
export interface StoredFolder {
    path: string;
    bytes: number;
}

/** What those of the folders that exist take on the disk. */
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

/** What stays on the disk, as lines for people. */
export function describeStored(folders: readonly StoredFolder[]): string {
    if (folders.length === 0) return "Nothing stays on the disk.";
    const lines = folders.map(({ path, bytes }) => `  ${formatBytes(bytes).padStart(9)}  ${path}`);
    return ["On the disk:", ...lines].join("\n");
}

function formatBytes(bytes: number): string {
    const gibibytes = bytes / 1024 ** 3;
    return gibibytes >= 1 ? `${gibibytes.toFixed(1)} GiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
}

import * as fs from "node:fs";
import * as path from "node:path";
import { go } from "./go";
import type { PinnedModule } from "./module";

/** What a module's executables are compiled from. */
export interface Listing {
    /** What makes each package the same in two modules, by its import path: the path and the version. */
    readonly keys: ReadonlyMap<string, string>;
    /** The import paths of the packages with a main function. */
    readonly mains: readonly string[];
}

/** Fetches what a module is compiled from, as far as it is not in Go's module cache, and lists the packages. */
export async function listPackages(module: PinnedModule, log: string): Promise<Listing> {
    await writeOverlay(module, log);
    const { folder, flags, family } = module;
    const selection = flags.filter((flag) => flag.startsWith("-mod=") || flag.startsWith("-tags="));
    const format = "{{.ImportPath}} {{.Name}} {{with .Module}}{{.Path}}@{{.Version}}{{end}}";
    const args = ["list", "-deps", ...selection, ...overlayFlags(module), "-f", format];
    return parseListing(await go({ folder, args: [...args, ...Object.values(family.packages)], log }));
}

/** Reads lines of an import path, a package's name, and module@version unless it is of the standard library. */
export function parseListing(output: string): Listing {
    const rows = output
        .trim()
        .split("\n")
        .map((line) => line.split(" "));
    return {
        keys: new Map(rows.map(([name, , version]) => [name, `${name} ${version ?? ""}`])),
        mains: rows.filter(([, name]) => name === "main").map(([name]) => name),
    };
}

/** The flags by which the compiler finds files of the family's module in the family's own folder. */
export function overlayFlags(module: PinnedModule): string[] {
    return module.family.embedded ? [`-overlay=${overlayFile(module)}`] : [];
}

function overlayFile({ target }: PinnedModule): string {
    return `${target}.overlay`;
}

async function writeOverlay(module: PinnedModule, log: string): Promise<void> {
    const { family, folder } = module;
    if (family.embedded === undefined || family.module === undefined) return;
    await go({ folder, args: ["mod", "download", family.module], log });
    const list = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", family.module];
    const source = (await go({ folder, args: list, log })).trim();
    const places = Object.entries(family.embedded).map(([name, inModule]) => [
        path.join(folder, name),
        path.join(source, inModule),
    ]);
    const file = overlayFile(module);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify({ Replace: Object.fromEntries(places) }));
}

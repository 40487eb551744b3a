import * as fs from "node:fs";
import * as path from "node:path";

/** An installed npm package; `plugin` when it is the SDK of a Pulumi provider. */
export interface NodePackage {
    name: string;
    version: string;
    plugin?: { name: string; version: string; server?: string };
}

/** Every node_modules folder that a program in this folder would look into, nearest first. */
function moduleFolders(programFolder: string): string[] {
    const folders: string[] = [];
    for (let folder = path.resolve(programFolder); ; folder = path.dirname(folder)) {
        const modules = path.join(folder, "node_modules");
        if (fs.existsSync(modules)) folders.push(modules);
        if (folder === path.dirname(folder)) return folders;
    }
}

function readManifest(folder: string) {
    const file = path.join(folder, "package.json");
    return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
}

/** Reads one package; what its manifest's `pulumi` section leaves out follows from its npm name and version. */
export function readPackage(folder: string): NodePackage | undefined {
    const manifest = readManifest(folder);
    if (!manifest) return undefined;
    const { name, version, pulumi } = manifest;
    if (pulumi?.resource !== true) return { name, version };
    const plugin = {
        name: pulumi.name ?? String(name).replace(/^@pulumi\//, ""),
        version: String(pulumi.version ?? version).replace(/^v/, ""),
        server: pulumi.server,
    };
    return { name, version, plugin };
}

/** The provider SDKs that are installed for a program: what the engine must have plugins for. */
export function requiredPlugins(programFolder: string): NonNullable<NodePackage["plugin"]>[] {
    const found = new Map<string, NonNullable<NodePackage["plugin"]>>();
    for (const modules of moduleFolders(programFolder)) {
        const scope = path.join(modules, "@pulumi");
        if (!fs.existsSync(scope)) continue;
        for (const entry of fs.readdirSync(scope)) {
            const plugin = readPackage(path.join(scope, entry))?.plugin;
            if (plugin && !found.has(plugin.name)) found.set(plugin.name, plugin);
        }
    }
    return [...found.values()];
}

/** The packages that a program's own package.json names, with the versions that are installed. */
export function programDependencies(programFolder: string): NodePackage[] {
    const manifest = readManifest(programFolder) ?? {};
    const names = Object.keys({ ...manifest.devDependencies, ...manifest.dependencies });
    return names.flatMap((name) => {
        const folder = moduleFolders(programFolder).find((modules) => fs.existsSync(path.join(modules, name)));
        return (folder && readPackage(path.join(folder, name))) || [];
    });
}

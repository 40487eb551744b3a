import * as fs from "node:fs";
import * as path from "node:path";

/** An installed npm package. */
export interface NodePackage {
    name: string;
    version: string;
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

/** The packages that a program's own package.json names, with the versions that are installed. */
export function programDependencies(programFolder: string): NodePackage[] {
    const manifest = readManifest(programFolder) ?? {};
    const names = Object.keys({ ...manifest.devDependencies, ...manifest.dependencies });
    return names.flatMap((name) => {
        const folder = moduleFolders(programFolder).find((modules) => fs.existsSync(path.join(modules, name)));
        return folder ? [{ name, version: String(readManifest(path.join(folder, name))?.version) }] : [];
    });
}

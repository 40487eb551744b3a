import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

const fromHere = createRequire(__filename);

/**
 * The version of an npm package of this repository, which is the version of the provider that the engine asks for; the
 * given one when the package is not installed.
 */
export function installedVersion(name: string, otherwise?: string): string {
    try {
        const folder = fromHere.resolve.paths(name)?.find((base) => fs.existsSync(path.join(base, name)));
        const manifest = JSON.parse(fs.readFileSync(path.join(folder ?? "", name, "package.json"), "utf8"));
        return manifest.version as string;
    } catch (error) {
        if (otherwise !== undefined) return otherwise;
        throw error;
    }
}

import type { Progress } from "../progress";
import { buildModules, isBuilt } from "./build";
import { families, familyOf, type Tool } from "./families";
import { executable, pinnedModule } from "./module";
import { findOnPath } from "./path";

export type { Tool } from "./families";

/**
 * Makes each tool available and returns the absolute path of its executable. Client tools (pulumi, kubectl, helm, crane) are
 * taken from PATH where the version there will do; everything else is built once and kept in the cache.
 */
export async function ensureTools<T extends Tool>(tools: readonly T[], progress: Progress): Promise<Record<T, string>> {
    const found = new Map(await Promise.all(tools.map(async (tool) => [tool, await findOnPath(tool)] as const)));
    const needed = new Set(tools.filter((tool) => found.get(tool) === undefined).map(familyOf));
    const modules = families.filter((family) => needed.has(family)).map(pinnedModule);
    await buildModules(
        modules.filter((module) => !isBuilt(module)),
        progress,
    );
    const paths = tools.map((tool) => [tool, found.get(tool) ?? executable(pinnedModule(familyOf(tool)), tool)]);
    return Object.fromEntries(paths) as Record<T, string>;
}

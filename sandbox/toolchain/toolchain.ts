import type { Progress } from "../progress";
import { buildModules, isBuilt } from "./build";
import { families, familyOf, type Tool } from "./families";
import { executables, pinnedModule } from "./module";
import { findOnPath } from "./path";

export type { Tool } from "./families";

/**
 * Makes each tool available and returns the absolute path of its executable. Client tools (pulumi, kubectl, crane) are
 * taken from PATH where the version there will do; everything else is built once and kept in the cache.
 */
export async function ensureTools<T extends Tool>(tools: readonly T[], progress: Progress): Promise<Record<T, string>> {
    const searched = await Promise.all(tools.map(async (tool) => [tool, await findOnPath(tool)] as const));
    const found = Object.fromEntries(searched.filter(([, file]) => file !== undefined));
    const built = await buildTools(
        tools.filter((tool) => !(tool in found)),
        progress,
    );
    return { ...built, ...found } as Record<T, string>;
}

/** As `ensureTools`, but never from PATH: pinned versions, statically linked, as container images need them. */
export async function buildTools<T extends Tool>(tools: readonly T[], progress: Progress): Promise<Record<T, string>> {
    const needed = new Set(tools.map(familyOf));
    const modules = families.filter((family) => needed.has(family)).map(pinnedModule);
    await buildModules(
        modules.filter((module) => !isBuilt(module)),
        progress,
    );
    const built: Partial<Record<Tool, string>> = Object.assign({}, ...modules.map(executables));
    return Object.fromEntries(tools.map((tool) => [tool, built[tool]])) as Record<T, string>;
}

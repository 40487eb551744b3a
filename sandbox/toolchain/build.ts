import * as fs from "node:fs";
import * as path from "node:path";
import { withLock } from "../lock";
import type { Progress } from "../progress";
import type { Family } from "./families";
import { go, requireGo } from "./go";
import type { PinnedModule } from "./module";

/** How many modules are built at once: while one links, the other keeps the cores busy. */
const concurrency = 2;

/** Whether the module's executables are in the cache. They appear there all at once, by a rename. */
export function isBuilt(module: PinnedModule): boolean {
    return fs.existsSync(module.target);
}

/** Builds modules, in the order given and a few at a time, and tells how long each took and how many are left. */
export async function buildModules(modules: readonly PinnedModule[], progress: Progress): Promise<void> {
    const waiting = [...modules];
    let left = modules.length;
    async function worker(): Promise<void> {
        for (let module = waiting.shift(); module !== undefined; module = waiting.shift()) {
            const started = Date.now();
            const title = `${module.family.name} ${module.version}`;
            progress(`Building ${title}: ${Object.keys(module.family.packages).join(", ")}`);
            await build(module, progress);
            left -= 1;
            progress(`Built ${title} in ${Math.round((Date.now() - started) / 1000)} s; ${left} left to build`);
        }
    }
    try {
        await Promise.all(Array.from({ length: concurrency }, worker));
    } finally {
        waiting.length = 0; // after a failure the other worker begins nothing more
    }
}

async function build(module: PinnedModule, progress: Progress): Promise<void> {
    await requireGo(module.goVersion);
    fs.mkdirSync(path.dirname(module.target), { recursive: true });
    const onWait = () => progress(`Waiting for another process that builds ${module.family.name}`);
    const compileOnce = async () => {
        if (!isBuilt(module)) await compile(module);
    };
    await withLock(`${module.target}.lock`, compileOnce, onWait);
}

async function compile(module: PinnedModule): Promise<void> {
    const partial = `${module.target}.partial`;
    fs.rmSync(partial, { recursive: true, force: true });
    fs.mkdirSync(partial);
    const { packages, embedded } = module.family;
    const tools = Object.keys(packages);
    const output = tools.length === 1 ? path.join(partial, tools[0]) : partial;
    // One invocation for all executables, so that what they share is compiled once.
    const overlay = embedded ? [`-overlay=${await writeOverlay(module, embedded, `${module.target}.overlay`)}`] : [];
    await go(module.folder, ["build", ...module.flags, ...overlay, "-o", output, ...Object.values(packages)]);
    fs.renameSync(partial, module.target);
}

/** Writes the file by which the compiler finds files of the family's module in the family's own folder. */
async function writeOverlay(
    { family, folder, flags }: PinnedModule,
    embedded: NonNullable<Family["embedded"]>,
    file: string,
): Promise<string> {
    const readonly = flags.filter((flag) => flag.startsWith("-mod="));
    await go(folder, ["mod", "download", family.module as string]);
    const source = (await go(folder, ["list", ...readonly, "-m", "-f", "{{.Dir}}", family.module as string])).trim();
    const places = Object.entries(embedded).map(([name, inModule]) => [
        path.join(folder, name),
        path.join(source, inModule),
    ]);
    fs.writeFileSync(file, JSON.stringify({ Replace: Object.fromEntries(places) }));
    return file;
}

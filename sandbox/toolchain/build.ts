import * as fs from "node:fs";
import * as path from "node:path";
import { withLock } from "../lock";
import { during, type Progress } from "../progress";
import { BuildPlan } from "./buildPlan";
import { families } from "./families";
import { go, requireGo } from "./go";
import { executableName, type PinnedModule } from "./module";
import { type Listing, listPackages, overlayFlags } from "./packages";
import { Turns } from "./turns";

/** The builds of this process. */
let plan = new BuildPlan();

/** The builds that have not ended. */
const pending = new Set<Promise<unknown>>();

/** Modules are compiled one after the other, because two at a time would compile shared packages twice. */
const compiling = new Turns();

/** At most two builds run: while one is linked, which uses one core, the next one is compiled. */
const running = new Turns(2);

/** Whether the module's executables are in the cache. They are added atomically, by a rename. */
export function isBuilt(module: PinnedModule): boolean {
    return fs.existsSync(module.target);
}

/** Builds modules in the order of `families`, and reports progress. */
export async function buildModules(modules: readonly PinnedModule[], progress: Progress): Promise<void> {
    if (modules.length === 0) return;
    if (plan.modulesLeft === 0) plan = new BuildPlan();
    const here = plan;
    for (const module of modules) here.add(title(module));
    const listings = listAll(modules, here);
    const failure = { isKnown: false };
    const builds = modules.map((module, index) => build(module, listings[index], here, progress, failure));
    const isShown = pending.size > 0;
    for (const one of builds) {
        const settled = one.catch(() => undefined).finally(() => pending.delete(settled));
        pending.add(settled);
    }
    if (!isShown) show(progress);
    await Promise.all(builds);
}

/** Shows the plan until all builds of this process have ended, those of other callers included. */
function show(progress: Progress): void {
    const allEnd = async () => {
        while (pending.size > 0) await Promise.all(pending);
    };
    void during(progress, () => plan.describe(), allEnd);
}

/** Lists the packages of the modules, one module after the other, while the previous ones are compiled. */
function listAll(modules: readonly PinnedModule[], here: BuildPlan): Promise<Listing>[] {
    let before: Promise<unknown> = Promise.resolve();
    return modules.map((module) => {
        const listing = before.then(async () => {
            await requireGo(module.goVersion);
            const found = await explained(module, () => listPackages(module, startLog(module)));
            here.expect(title(module), found.keys.values());
            return found;
        });
        before = listing.catch(() => undefined);
        // The build of the module reports the failure.
        listing.catch(() => undefined);
        return listing;
    });
}

/** Does nothing once another build of the same call has failed. */
async function build(
    module: PinnedModule,
    listing: Promise<Listing>,
    here: BuildPlan,
    progress: Progress,
    failure: { isKnown: boolean },
): Promise<void> {
    const releases: (() => void)[] = [];
    try {
        const packages = await listing;
        const priority = families.findIndex(({ name }) => name === module.family.name);
        const endCompiling = await compiling.take(priority);
        releases.push(endCompiling);
        releases.push(await running.take(priority));
        if (failure.isKnown) return;
        const onWait = () => progress(`Waiting for another process that builds ${module.family.name}`);
        const buildOnce = async () => {
            if (!isBuilt(module)) await compile(module, packages, here, progress, endCompiling);
        };
        await withLock(`${module.target}.lock`, buildOnce, onWait);
        here.finish(title(module));
    } catch (error) {
        // Before the next build starts.
        failure.isKnown = true;
        throw error;
    } finally {
        for (const release of releases) release();
    }
}

/** Calls `onLinked` when only linking is left, so that the next module can start. */
async function compile(
    module: PinnedModule,
    listing: Listing,
    here: BuildPlan,
    progress: Progress,
    onLinked: () => void,
): Promise<void> {
    const [partial, temporary] = [`${module.target}.partial`, `${module.target}.temporary`];
    for (const name of [partial, temporary]) {
        fs.rmSync(name, { recursive: true, force: true });
        fs.mkdirSync(name, { recursive: true });
    }
    const started = Date.now();
    here.begin(title(module));
    const mains = new Set(listing.mains);
    const onLine = (line: string) => {
        const key = listing.keys.get(line);
        if (key !== undefined) here.compile(key);
        if (mains.delete(line) && mains.size === 0) onLinked();
    };
    const packages = [...new Set(Object.values(module.family.packages))];
    const output = packages.length === 1 ? path.join(partial, executableName(module.family)) : partial;
    const args = ["build", "-v", ...module.flags, ...overlayFlags(module), "-o", output, ...packages];
    await explained(module, () => go({ folder: module.folder, args, log: logFile(module), onLine, temporary }));
    linkNames(module, partial);
    fs.rmSync(temporary, { recursive: true, force: true });
    fs.renameSync(partial, module.target);
    const seconds = Math.round((Date.now() - started) / 1000);
    fs.appendFileSync(buildsFile(module), `${new Date().toISOString()} ${seconds} ${title(module)}\n`);
    progress(`Built ${title(module)} in ${seconds} s`);
}

/** Tools that share an executable have links to it. */
function linkNames({ family }: PinnedModule, folder: string): void {
    for (const tool of Object.keys(family.packages)) {
        const file = path.join(folder, tool);
        if (!fs.existsSync(file)) fs.symlinkSync(executableName(family), file);
    }
}

async function explained<T>(module: PinnedModule, work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        const tools = Object.keys(module.family.packages).join(", ");
        throw new Error(`${title(module)} (${tools}) could not be built:\n${(error as Error).message}`);
    }
}

function title({ family, version }: PinnedModule): string {
    return `${family.name} ${version}`;
}

/** The duration of each build, one per line; test/slowest.js reads it. */
function buildsFile(module: PinnedModule): string {
    return path.join(logFolder(module), "builds");
}

function logFile(module: PinnedModule): string {
    return path.join(logFolder(module), `${module.family.name}.log`);
}

/** Next to the directory of the tools. */
function logFolder({ target }: PinnedModule): string {
    return path.resolve(target, "../../logs");
}

/** Each build has a new log. */
function startLog(module: PinnedModule): string {
    const file = logFile(module);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, "");
    return file;
}

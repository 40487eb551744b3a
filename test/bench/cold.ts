import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../sandbox/command";
import { repositoryRoot } from "../../sandbox/paths";
import type { Progress } from "../../sandbox/progress";
import type { Figure } from "./figure";
import { sandboxName } from "./measured";
import { secondsToProof } from "./startUp";

/** Directory of the fresh machine during the measurement. */
let machine: string | undefined;

/**
 * `npm run up` in a fresh clone with separate, empty caches. Debian's packages are unchanged. `keepGo` keeps Go's
 * caches, to test this in a few minutes.
 */
export async function measureColdStart(progress: Progress, keepGo: boolean): Promise<Figure> {
    machine = fs.mkdtempSync(path.join(os.tmpdir(), "registry-cold-"));
    const clone = cloneIn(machine);
    await run(["git", "clone", "--quiet", "--no-hardlinks", repositoryRoot, clone]);
    const measured = await secondsToProof(clone, environmentOf(machine, keepGo), progress);
    await removeColdMachine(progress);
    const detail = keepGo ? "a fresh clone, but with Go's caches of this machine" : "a fresh clone, all caches empty";
    return { title: "fresh machine, to the proof", limit: 15 * 60, measured, unit: "s", detail };
}

/** Stops the processes of the fresh machine, and deletes it. */
export async function removeColdMachine(progress: Progress = () => {}): Promise<void> {
    if (machine === undefined) return;
    const folder = machine;
    machine = undefined;
    progress("Removing the fresh machine");
    const clone = cloneIn(folder);
    if (fs.existsSync(path.join(clone, "dist"))) {
        const down = ["npm", "run", "down", "--", "--name", sandboxName, "--purge"];
        await run(down, { cwd: clone, env: environmentOf(folder) });
    }
    fs.rmSync(folder, { recursive: true, force: true });
}

function cloneIn(folder: string): string {
    return path.join(folder, "private-registry");
}

function environmentOf(folder: string, keepGo = false): NodeJS.ProcessEnv {
    const goCaches = { GOCACHE: path.join(folder, "go-build"), GOMODCACHE: path.join(folder, "go-mod") };
    return {
        ...process.env,
        PRIVATE_REGISTRY_CACHE: path.join(folder, "cache"),
        PRIVATE_REGISTRY_DATA: path.join(folder, "data"),
        npm_config_cache: path.join(folder, "npm"),
        ...(keepGo ? {} : goCaches),
    };
}

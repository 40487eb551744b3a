import { run } from "../../sandbox/command";
import { repositoryRoot } from "../../sandbox/paths";
import type { Progress } from "../../sandbox/progress";
import type { Figure } from "./figure";
import { removeMeasured, sandboxName, seconds, startMeasured } from "./measured";

const detail = "npm run up, until its pod runs";

/** `npm run up` if the tools are built, but no cluster is running. */
export async function measureWarmStart(progress: Progress): Promise<Figure> {
    await removeMeasured(progress);
    const measured = await secondsToProof(repositoryRoot, process.env, progress);
    return { title: "warm caches, no cluster, to the proof", limit: 60, measured, unit: "s", detail };
}

/** `npm run up` if the cluster is running, without any deployment. */
export async function measureRunningStart(progress: Progress): Promise<Figure> {
    await removeMeasured(progress);
    await startMeasured(progress);
    const measured = await secondsToProof(repositoryRoot, process.env, progress);
    return { title: "cluster running, to the proof", limit: 25, measured, unit: "s", detail };
}

/** The duration of `npm run up` in a clone; throws unless it proves that the registry works. */
export function secondsToProof(clone: string, env: NodeJS.ProcessEnv, progress: Progress): Promise<number> {
    const command = ["npm", "run", "up", "--", "--name", sandboxName];
    progress(command.join(" "));
    return seconds(async () => {
        // Without a kubeconfig, `up` uses the sandbox.
        const output = await run(command, { cwd: clone, env: { ...env, KUBECONFIG: "" } });
        if (!output.includes("Proven:")) throw new Error(`npm run up proved nothing:\n${output}`);
    });
}

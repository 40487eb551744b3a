import { attempt } from "../../sandbox/command";
import { repositoryRoot } from "../../sandbox/paths";
import type { Progress } from "../../sandbox/progress";
import { startSandbox, stopSandbox } from "../../sandbox/sandbox";
import type { Figure } from "./figure";
import { sandboxName } from "./machine";

/** `npm run up` when the tools are built but no cluster runs. */
export async function measureWarmStart(progress: Progress): Promise<Figure> {
    await stopSandbox({ name: sandboxName, purge: true, progress });
    const measured = await secondsToProof(progress);
    return { title: "warm caches, no cluster, to the proof", limit: 60, measured, unit: "s", detail: "npm run up" };
}

/** `npm run up` when the cluster runs and nothing is deployed on it. */
export async function measureRunningStart(progress: Progress): Promise<Figure> {
    await stopSandbox({ name: sandboxName, purge: true, progress });
    await startSandbox({ name: sandboxName, progress });
    const measured = await secondsToProof(progress);
    return { title: "cluster running, to the proof", limit: 25, measured, unit: "s", detail: "npm run up" };
}

async function secondsToProof(progress: Progress): Promise<number> {
    progress(`npm run up -- --name ${sandboxName}`);
    const started = Date.now();
    const { code, stdout, stderr } = await attempt(["npm", "run", "up", "--", "--name", sandboxName], {
        cwd: repositoryRoot,
        // Without a kubeconfig of the user's, `up` takes the sandbox.
        env: { ...process.env, KUBECONFIG: "" },
    });
    if (code !== 0 || !stdout.includes("Proven:")) throw new Error(`npm run up failed (${code}):\n${stdout}${stderr}`);
    return (Date.now() - started) / 1000;
}

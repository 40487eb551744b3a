import type { Progress } from "../../sandbox/progress";
import { openDevStack, pulumi, upFlags } from "./devStack";
import { type Figure, ratio } from "./figure";
import { kubectlApply, kubectlDelete, manifestsOf } from "./manifests";
import { rounds, seconds, startMeasured } from "./measured";

/** `pulumi up` of the dev stack compared with `kubectl apply` of the same objects, alternating, each on an empty cluster. */
export async function measureApply(progress: Progress): Promise<Figure> {
    const sandbox = await startMeasured(progress);
    const stack = await openDevStack(sandbox);
    await pulumi(stack, ["up", ...upFlags]);
    const manifests = await manifestsOf(stack);
    await pulumi(stack, ["destroy", "--yes", "--skip-preview"]);

    const ours: number[] = [];
    const peer: number[] = [];
    for (let round = 1; round <= rounds; round++) {
        progress(`pulumi up against kubectl apply of ${manifests.length} objects, round ${round} of ${rounds}`);
        ours.push(await seconds(() => pulumi(stack, ["up", ...upFlags])));
        await pulumi(stack, ["destroy", "--yes", "--skip-preview"]);
        peer.push(await seconds(() => kubectlApply(manifests, sandbox.environment)));
        await kubectlDelete(manifests, sandbox.environment);
    }
    return ratio("pulumi up against kubectl apply", 3, { ours, peer });
}

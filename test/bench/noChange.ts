import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Progress } from "../../sandbox/progress";
import { SandboxStack } from "../../sandbox/stack/stack";
import { openDevStack, pulumi, registryUse, upFlags } from "./devStack";
import { writeEmptyProgram } from "./emptyProgram";
import { type Figure, ratio } from "./figure";
import { rounds, seconds, startMeasured } from "./measured";

/** A `pulumi up` without changes compared with that of an empty program, alternating. */
export async function measureNoChange(progress: Progress): Promise<Figure> {
    const sandbox = await startMeasured(progress);
    const program = fs.mkdtempSync(path.join(os.tmpdir(), "registry-empty-"));
    try {
        writeEmptyProgram(program);
        const empty = new SandboxStack(sandbox, "dev", program);
        await empty.prepare();
        const dev = await openDevStack(sandbox);
        for (const stack of [empty, dev]) await pulumi(stack, ["up", ...upFlags]);

        const ours: number[] = [];
        const peer: number[] = [];
        for (let round = 1; round <= rounds; round++) {
            progress(`pulumi up without changes against an empty program, round ${round} of ${rounds}`);
            peer.push(await secondsWithoutChanges(empty));
            ours.push(await secondsWithoutChanges(dev));
        }
        progress(await registryUse(dev));
        return ratio("pulumi up without changes against an empty program", 1.5, { ours, peer });
    } finally {
        fs.rmSync(program, { recursive: true, force: true });
    }
}

function secondsWithoutChanges(stack: SandboxStack): Promise<number> {
    return seconds(() => pulumi(stack, ["up", ...upFlags, "--expect-no-changes"]));
}

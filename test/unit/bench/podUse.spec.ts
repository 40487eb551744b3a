import * as assert from "node:assert/strict";
import { podUse } from "../../bench/podUse";

describe("the resource usage of a pod", () => {
    const pod = (name: string, workingSetBytes?: number, usageNanoCores?: number) => ({
        podRef: { namespace: "registry", name },
        memory: { workingSetBytes },
        cpu: { usageNanoCores },
    });

    it("is the named pod's, not that of a completed Job", () => {
        const pods = [pod("accepts-passwords", 0, 0), pod("registry", 21 * 2 ** 20, 1_500_000)];
        assert.equal(podUse({ pods }, "registry", "registry"), "21 MiB of memory, 1.5 thousandths of a core");
    });

    for (const [what, pods] of [
        ["is not listed", []],
        ["has no figures", [pod("registry")]],
        ["has a memory of zero", [pod("registry", 0, 0)]],
    ] as const) {
        it(`is an error if the pod ${what}`, () => {
            assert.throws(
                () => podUse({ pods }, "registry", "registry"),
                /does not report the usage of the pod registry\/registry uses/,
            );
        });
    }
});

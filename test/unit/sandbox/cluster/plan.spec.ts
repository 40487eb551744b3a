import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { largestIndex, planNetwork, planNode, planNodes } from "../../../../sandbox/cluster/plan";

const index = fc.integer({ min: 1, max: largestIndex });

describe("the plan of a sandbox's network", () => {
    it("derives everything from the index", () => {
        assert.deepEqual(planNetwork(3), { bridge: "prsb3", gateway: "10.77.3.1", apiServer: "10.77.3.2" });
        assert.deepEqual(planNode(3, 2), {
            number: 2,
            name: "node2",
            address: "10.77.3.3",
            cable: "prsb3n2",
            cgroup: "prsb3-node2",
            podSubnet: "10.244.2.0/24",
        });
    });

    it("keeps interface names within the kernel's 15 characters", () => {
        fc.assert(
            fc.property(index, (i) => {
                for (const name of [planNetwork(i).bridge, ...planNodes(i, 2).map(({ cable }) => cable)]) {
                    assert.ok(name.length <= 15, name);
                }
            }),
        );
    });

    it("gives two sandboxes no common addresses or names", () => {
        const names = (i: number) => {
            const { bridge, gateway } = planNetwork(i);
            return [
                bridge,
                gateway,
                ...planNodes(i, 2).flatMap(({ address, cable, cgroup }) => [address, cable, cgroup]),
            ];
        };
        fc.assert(
            fc.property(index, index, (a, b) => {
                fc.pre(a !== b);
                assert.deepEqual(
                    names(a).filter((name) => names(b).includes(name)),
                    [],
                );
            }),
        );
    });
});

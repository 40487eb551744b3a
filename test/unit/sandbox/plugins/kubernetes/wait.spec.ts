import * as assert from "node:assert/strict";
import { podTrouble } from "../../../../../sandbox/plugins/kubernetes/explain";
import { patience } from "../../../../../sandbox/plugins/kubernetes/wait";
import { waitFor } from "../../../../../sandbox/plugins/kubernetes/waitFor";

describe("pulumi.com/waitFor", () => {
    const object = {
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }], list: [{ ip: "10.0.0.1" }] },
    };
    const cases: [string, boolean][] = [
        ["condition=Ready", true],
        ["condition=Ready=False", false],
        ["condition=Synced", false],
        ["jsonpath={.status.phase}=Running", true],
        ["jsonpath={.status.phase}=Pending", false],
        ["jsonpath={.status.list[0].ip}", true],
        ["jsonpath={.status.list[1].ip}", false],
        ['["condition=Ready", "jsonpath={.status.phase}=Running"]', true],
        ['["condition=Ready", "jsonpath={.status.phase}=Pending"]', false],
    ];
    for (const [expression, expected] of cases) {
        it(`${expression} ${expected ? "holds" : "does not hold"}`, () => {
            assert.equal(waitFor(expression, object).ready, expected);
        });
    }

    it("refuses anything else", () => {
        assert.throws(() => waitFor("Ready", object), /expected a "jsonpath=" or "condition=" prefix/);
    });
});

describe("how long to wait", () => {
    const annotated = { kind: "Deployment", metadata: { annotations: { "pulumi.com/timeoutSeconds": "7" } } };

    it("is what customTimeouts say, else the annotation, else what the kind usually gets", () => {
        assert.equal(patience(annotated, 3), 3000);
        assert.equal(patience(annotated, 0), 7000);
        assert.equal(patience({ kind: "Deployment" }, 0), 600_000);
        assert.equal(patience({ kind: "PersistentVolumeClaim" }, 0), 300_000);
    });
});

describe("a pod's troubles", () => {
    it("name what its containers wait for and why it is not scheduled", () => {
        const troubles = podTrouble({
            metadata: { name: "p", namespace: "ns" },
            status: {
                conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" }],
                containerStatuses: [
                    { name: "c", state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
                    { name: "d", state: { waiting: { reason: "ContainerCreating" } } },
                    { name: "e", state: { running: {} }, lastState: { terminated: { exitCode: 3 } } },
                ],
            },
        });
        assert.deepEqual(troubles, [
            "[Pod ns/p] Unschedulable: 0/1 nodes",
            "[Pod ns/p] container c: ImagePullBackOff: no such image",
            "[Pod ns/p] container e: exit code 3",
        ]);
    });
});

import * as assert from "node:assert/strict";
import type { V1Node, V1Pod } from "@kubernetes/client-node";
import { findMissing } from "../../../../sandbox/cluster/readiness";

const start = new Date("2026-01-01T12:00:00.500Z");
const before = new Date("2026-01-01T11:59:59Z");
const sameSecond = new Date("2026-01-01T12:00:00Z");
const labels = { app: "dns" };
const wanted = { nodes: new Map([["node1", start]]), pods: [{ namespace: "kube-system", labels }] };

function node(status: string, lastHeartbeatTime: Date): V1Node {
    return { metadata: { name: "node1" }, status: { conditions: [{ type: "Ready", status, lastHeartbeatTime }] } };
}

function pod(isReady: boolean, startedAt: Date, namespace = "kube-system"): V1Pod {
    const container = { name: "c", image: "i", imageID: "", ready: isReady, restartCount: 0 };
    return {
        metadata: { name: "pod", namespace, labels },
        spec: { nodeName: "node1", containers: [] },
        status: {
            conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
            containerStatuses: [{ ...container, state: { running: { startedAt } } }],
        },
    };
}

describe("the reasons why a cluster is not ready", () => {
    it("are none if its node is ready and its pods are running", () => {
        assert.deepEqual(findMissing(wanted, [node("True", sameSecond)], [pod(true, sameSecond)]), []);
    });

    it("include a node that is not registered, or not ready", () => {
        assert.deepEqual(findMissing(wanted, [], [pod(true, sameSecond)]), ["node1 is not ready"]);
        assert.deepEqual(findMissing(wanted, [node("False", sameSecond)], [pod(true, sameSecond)]), [
            "node1 is not ready",
        ]);
    });

    it("include a node whose readiness is older than its start", () => {
        assert.deepEqual(findMissing(wanted, [node("True", before)], [pod(true, sameSecond)]), ["node1 is not ready"]);
    });

    it("include an addon without a ready pod", () => {
        const missing = ["no pod dns is ready in kube-system"];
        assert.deepEqual(findMissing(wanted, [node("True", sameSecond)], []), missing);
        assert.deepEqual(findMissing(wanted, [node("True", sameSecond)], [pod(false, sameSecond)]), missing);
        assert.deepEqual(findMissing(wanted, [node("True", sameSecond)], [pod(true, sameSecond, "default")]), missing);
    });

    it("include a pod whose readiness is older than the node's start", () => {
        const pods = [pod(true, sameSecond), pod(true, before, "default")];
        assert.deepEqual(findMissing(wanted, [node("True", sameSecond)], pods), [
            "default/pod has not been started again",
        ]);
    });
});

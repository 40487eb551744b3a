import * as assert from "node:assert/strict";
import type { KubernetesObject } from "../../../cli/kubectl";
import { isFailed, waitingFor } from "../../../cli/maintenanceJob";

const pod = (status: object): KubernetesObject => ({
    metadata: { name: "run-1", namespace: "registry", creationTimestamp: "2026-11-28T03:00:00Z", uid: "1" },
    spec: {},
    status,
});
const ended = (name: string, exitCode: number) => ({ name, state: { terminated: { exitCode } } });

describe("a maintenance Job", () => {
    const job = (status: object): KubernetesObject => ({ ...pod(status), spec: {} });

    it("has failed with that condition, also if its pod was deleted", () => {
        const failed = { type: "Failed", status: "True", reason: "BackoffLimitExceeded" };
        assert.equal(isFailed(job({ conditions: [{ type: "FailureTarget", status: "True" }, failed] })), true);
        assert.equal(isFailed(job({ conditions: [{ type: "Complete", status: "True" }] })), false);
        assert.equal(isFailed(job({})), false);
    });
});

describe("what a maintenance Job waits for", () => {
    it("is the Lease while another run holds it", () => {
        const lease = { name: "lease", state: { running: {} }, started: false };
        const waiting = waitingFor(pod({ initContainerStatuses: [lease] }));
        assert.equal(waiting, "Waiting for the end of another run, which holds the Lease.");
    });

    it("is an image that cannot be pulled, by its reason", () => {
        const containerStatuses = [{ name: "collect", state: { waiting: { reason: "ImagePullBackOff" } } }];
        const initContainerStatuses = [ended("program", 0)];
        const waiting = waitingFor(pod({ initContainerStatuses, containerStatuses }));
        assert.equal(waiting, "Waiting for the pod run-1: ImagePullBackOff.");
    });

    it("is a node, by the scheduler's message", () => {
        const conditions = [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }];
        assert.equal(waitingFor(pod({ conditions })), "Waiting for the pod run-1: 0/1 nodes are available.");
    });

    it("is nothing any more after a container has failed, whose log it names", () => {
        const initContainerStatuses = [ended("program", 0), ended("in-use", 1)];
        assert.equal(
            waitingFor(pod({ initContainerStatuses })),
            "its container in-use ended with an error; kubectl logs run-1 --namespace registry --container in-use shows it",
        );
    });
});

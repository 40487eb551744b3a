import * as fs from "node:fs";
import * as https from "node:https";
import * as path from "node:path";
import type { KubernetesObject } from "@kubernetes/client-node";
import type { NetworkPlan, NodePlan } from "./plan";
import { run } from "./run";
import { waitUntil } from "./waiting";

/** True when the API server answers that it is ready. */
export function isApiReady(folder: string, { apiServer }: NetworkPlan): Promise<boolean> {
    return new Promise((resolve) => {
        const ca = fs.readFileSync(path.join(folder, "ca.crt"));
        const request = https.get({ host: apiServer, port: 6443, path: "/readyz", ca, timeout: 1000, agent: false });
        request.on("response", (response) => resolve(response.resume().statusCode === 200));
        request.on("timeout", () => request.destroy());
        request.on("error", () => resolve(false));
    });
}

export function waitForApi(folder: string, network: NetworkPlan): Promise<void> {
    return waitUntil(
        () => isApiReady(folder, network),
        90,
        () => "The API server did not become ready; `npm run sandbox -- logs kube-apiserver` says why.",
    );
}

/** Makes the cluster's objects those given; what they leave out keeps its value. */
export async function applyObjects(folder: string, objects: readonly KubernetesObject[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    const command = ["apply", "--server-side", "--force-conflicts", "--field-manager=private-registry-sandbox", "-f", "-"];
    await run(kubectl(folder, command), { input: list });
}

/** Waits until pods can run on every node. */
export async function waitForNodes(folder: string, nodes: readonly NodePlan[]): Promise<void> {
    const names = nodes.map((node) => `node/${node.name}`);
    await run(kubectl(folder, ["wait", "--for=create", "--timeout=60s", ...names]));
    await run(kubectl(folder, ["wait", "--for=condition=Ready", "--timeout=60s", ...names]));
}

/** Waits until a deployment's pods are those that it asks for, and ready. */
export async function waitForDeployment(folder: string, namespace: string, name: string): Promise<void> {
    await run(kubectl(folder, ["rollout", "status", "--timeout=90s", "--namespace", namespace, `deployment/${name}`]));
}

function kubectl(folder: string, args: readonly string[]): string[] {
    return [path.join(folder, "bin", "kubectl"), `--kubeconfig=${path.join(folder, "kubeconfig")}`, ...args];
}

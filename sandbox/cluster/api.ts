import * as fs from "node:fs";
import * as https from "node:https";
import * as path from "node:path";
import type { KubernetesObject } from "@kubernetes/client-node";
import { run } from "../command";
import type { Cluster } from "./cluster";
import { waitUntil } from "./waiting";

/** A client of a sandbox's API server, as administrator. */
export class Api {
    constructor(private readonly cluster: Cluster) {}

    /** The response to a GET; undefined unless it succeeds. */
    get(url: string): Promise<string | undefined> {
        const read = (name: string) => fs.readFileSync(path.join(this.cluster.folder, name));
        const keys = { ca: read("ca.crt"), cert: read("admin.crt"), key: read("admin.key") };
        return new Promise((resolve) => {
            const host = this.cluster.network.apiServer;
            const request = https.get({ host, port: 6443, path: url, ...keys, agent: false, timeout: 2000 });
            request.on("response", (response) => {
                let body = "";
                response.setEncoding("utf8").on("data", (part: string) => {
                    body += part;
                });
                response.on("end", () => resolve(response.statusCode === 200 ? body : undefined));
            });
            request.on("timeout", () => request.destroy());
            // Also for an incomplete response.
            request.on("close", () => resolve(undefined));
            request.on("error", () => resolve(undefined));
        });
    }

    /** The objects in a list; none while the API server does not respond. */
    async list<T extends KubernetesObject>(url: string): Promise<T[]> {
        const body = await this.get(url);
        return body === undefined ? [] : (JSON.parse(body) as { items: T[] }).items;
    }

    async isReady(): Promise<boolean> {
        return (await this.get("/readyz")) === "ok";
    }

    waitUntilReady(): Promise<void> {
        return waitUntil(
            () => this.isReady(),
            90,
            () => "The API server did not become ready; `npm run sandbox -- logs kube-apiserver` says why.",
        );
    }

    /** Applies objects; fields that they omit keep their values. */
    async apply(objects: readonly KubernetesObject[]): Promise<void> {
        const { folder } = this.cluster;
        const kubectl = [path.join(folder, "bin", "kubectl"), "--kubeconfig", path.join(folder, "kubeconfig")];
        const apply = ["apply", "--server-side", "--force-conflicts", "--field-manager=private-registry-sandbox"];
        const list = { apiVersion: "v1", kind: "List", items: objects };
        await run([...kubectl, ...apply, "--filename=-"], { input: JSON.stringify(list) });
    }
}

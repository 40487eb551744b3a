import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { KeyPair } from "../../../../sandbox/cluster/pki";
import type { scriptFolder } from "../../shellScripts";

/** A pod, as the API server lists it in a table. */
export interface ListedPod {
    readonly name: string;
    /** Ready containers of all containers. */
    readonly ready: string;
    readonly status: string;
    readonly ip?: string;
    readonly node?: string;
    /** The kubelet's message about an image that it cannot pull. */
    readonly message?: string;
}

/** An API server with pods and a DaemonSet, which answers like the real one: a client with the name curl gets indented JSON. */
export class ApiServer {
    pods: ListedPod[] = [];
    /** How many pods the DaemonSet should have. */
    desired = 0;
    readonly requests: string[] = [];
    /** The status of every response, if the server is broken. */
    failsWith: number | undefined;
    /** Runs before pods are listed. */
    beforeList: () => void = () => {};
    onDelete: (name: string) => void = () => {};
    private server: Server | undefined;

    async start({ certificate, key }: KeyPair): Promise<number> {
        this.server = createServer({ cert: certificate, key }, (request, response) => {
            const url = new URL(request.url ?? "", "https://localhost");
            this.requests.push(`${request.method} ${url.pathname}`);
            const isAuthorized = request.headers.authorization === "Bearer a-token";
            const status = this.failsWith ?? (isAuthorized ? 200 : 401);
            const isPretty = url.searchParams.get("pretty") !== "false";
            const object = this.answer(request.method ?? "", url, request.headers.accept ?? "");
            response.writeHead(status, { "Content-Type": "application/json" });
            response.end(JSON.stringify(object, undefined, isPretty ? 2 : undefined));
        });
        await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
        return (this.server.address() as AddressInfo).port;
    }

    stop(): void {
        this.server?.close();
        this.server?.closeAllConnections();
    }

    private answer(method: string, url: URL, accept: string): object {
        const name = url.pathname.split("/").at(-1) ?? "";
        const table = (rows: unknown[][]) => ({
            kind: "Table",
            metadata: { resourceVersion: "1" },
            columnDefinitions: [{ name: "Name", description: 'A name [of "RFC 1123"]' }],
            rows: rows.map((cells) => ({ cells, object: null })),
        });
        if (method === "DELETE") {
            this.onDelete(name);
            return { kind: "Pod", metadata: { name } };
        }
        const isTable = accept.includes("as=Table");
        if (url.pathname.includes("/daemonsets/")) {
            const { desired } = this;
            const ready = this.pods.length;
            return isTable
                ? table([[name, desired, ready, ready, ready, ready, "<none>", "3s"]])
                : { kind: "DaemonSet" };
        }
        if (name !== "pods") {
            const { message, status } = this.pods.find((pod) => pod.name === name) ?? {
                message: undefined,
                status: "",
            };
            const waiting = { waiting: { reason: status, message } };
            return { kind: "Pod", status: { containerStatuses: [{ name: "wait", state: message ? waiting : {} }] } };
        }
        if (!isTable) return { kind: "PodList", items: [] };
        this.beforeList();
        return table(
            this.pods.map((pod) => {
                const { ip = "<none>", node = "<none>" } = pod;
                return [pod.name, pod.ready, pod.status, "1 (3s ago)", "5s", ip, node, "<none>", "<none>"];
            }),
        );
    }
}

/** Makes a second pass for the script, which has its own clock, when it sleeps for one. */
export function installClock({ at, write }: Pick<ReturnType<typeof scriptFolder>, "at" | "write">): void {
    write("clock", "1000");
    write(
        "bin/sleep",
        `#!/bin/sh\necho $(($(cat "${at("clock")}") + $1)) >"${at("clock.new")}"; mv "${at("clock.new")}" "${at("clock")}"\n`,
        0o755,
    );
    write("bin/date", `#!/bin/sh\ncat "${at("clock")}"\n`, 0o755);
}

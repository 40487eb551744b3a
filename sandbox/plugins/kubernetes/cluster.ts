import * as http from "node:http";
import * as https from "node:https";
import { isObject, objectsAt, type Properties, textAt } from "../values";
import { builtInEndpoint, type Endpoint, type Kind, pathOf } from "./kinds";
import { accessTo, type ClusterAccess, type ClusterChoice } from "./kubeconfig";

/** An answer of the API server other than success; the message is the server's own. */
export class ApiError extends Error {
    constructor(
        readonly status: number,
        message: string,
    ) {
        super(message);
    }
}

export function isNotFound(error: unknown): boolean {
    return error instanceof ApiError && error.status === 404;
}

/** How an object is written. */
export interface Apply {
    fieldManager: string;
    /** Take fields over from whoever else manages them. */
    force: boolean;
    /** Ask the server what would come out, and write nothing. */
    dryRun: boolean;
}

export type PropagationPolicy = "Foreground" | "Background" | "Orphan";

interface Request {
    method: "GET" | "PATCH" | "DELETE";
    path: string;
    query?: Record<string, string>;
    body?: unknown;
    contentType?: string;
}

/** The name and namespace of an object, and where the API has it. */
function place(object: Properties): { namespace?: string; name: string; kind: Kind } {
    const kind = { apiVersion: String(object.apiVersion), kind: String(object.kind) };
    return { kind, namespace: textAt(object, "metadata.namespace"), name: textAt(object, "metadata.name") ?? "" };
}

/** A cluster's API. It is first asked when something must be read or written: an update without changes never does. */
export class Cluster {
    private access: Promise<ClusterAccess> | undefined;
    private readonly discovered = new Map<string, Promise<Endpoint>>();

    constructor(private readonly choice: ClusterChoice) {}

    private connect(): Promise<ClusterAccess> {
        this.access ??= accessTo(this.choice).catch((error: Error) => {
            this.access = undefined;
            throw new Error(`configured Kubernetes cluster is unreachable: ${error.message}`);
        });
        return this.access;
    }

    /** The namespace of the kubeconfig's context. */
    async contextNamespace(): Promise<string | undefined> {
        return (await this.connect()).namespace;
    }

    /** Where the API serves a kind; the server is asked about the kinds that do not come with Kubernetes. */
    async endpoint(kind: Kind): Promise<Endpoint> {
        const known = builtInEndpoint(kind);
        if (known) return known;
        const key = `${kind.apiVersion}/${kind.kind}`;
        const asked = this.discovered.get(key) ?? this.discover(kind);
        this.discovered.set(key, asked);
        asked.catch(() => this.discovered.delete(key));
        return asked;
    }

    private async discover({ apiVersion, kind }: Kind): Promise<Endpoint> {
        const list = await this.request({ method: "GET", path: `/apis/${apiVersion}` }).catch((error) => {
            throw isNotFound(error)
                ? new ApiError(404, `no matches for kind "${kind}" in version "${apiVersion}"`)
                : error;
        });
        const found = objectsAt(list, "resources").find((one) => one.kind === kind && !String(one.name).includes("/"));
        if (!found) throw new ApiError(404, `no matches for kind "${kind}" in version "${apiVersion}"`);
        return { plural: String(found.name), namespaced: found.namespaced === true };
    }

    private async pathTo(object: Properties): Promise<string> {
        const { kind, namespace, name } = place(object);
        return pathOf(kind, await this.endpoint(kind), namespace, name);
    }

    /** The object as it is now; undefined when there is none. */
    async read(object: Properties): Promise<Properties | undefined> {
        try {
            return await this.request({ method: "GET", path: await this.pathTo(object) });
        } catch (error) {
            if (isNotFound(error)) return undefined;
            throw error;
        }
    }

    async list(kind: Kind, namespace: string, query: Record<string, string> = {}): Promise<Properties[]> {
        const path = pathOf(kind, await this.endpoint(kind), namespace);
        return objectsAt(await this.request({ method: "GET", path, query }), "items");
    }

    /** Server-side apply. */
    async apply(object: Properties, { fieldManager, force, dryRun }: Apply): Promise<Properties> {
        const query = {
            fieldManager,
            force: String(force),
            fieldValidation: "Warn",
            ...(dryRun ? { dryRun: "All" } : {}),
        };
        const contentType = "application/apply-patch+yaml";
        return this.request({ method: "PATCH", path: await this.pathTo(object), query, body: object, contentType });
    }

    async delete(object: Properties, propagationPolicy: PropagationPolicy): Promise<void> {
        const contentType = "application/json";
        await this.request({
            method: "DELETE",
            path: await this.pathTo(object),
            body: { propagationPolicy },
            contentType,
        });
    }

    private async request({ method, path, query, body, contentType }: Request): Promise<Properties> {
        const { server, authenticate } = await this.connect();
        const search = new URLSearchParams(query).toString();
        const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
        const headers = content && { "Content-Type": contentType, "Content-Length": content.length };
        const options: https.RequestOptions = {
            method,
            hostname: server.hostname.replace(/^\[|\]$/g, ""),
            port: server.port || undefined,
            path: `${server.pathname.replace(/\/$/, "")}${path}${search ? `?${search}` : ""}`,
            headers: { Accept: "application/json", ...headers },
        };
        await authenticate(options);
        const send = server.protocol === "https:" ? https.request : http.request;
        const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
            const request = send(options, (response) => {
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.on("error", reject);
                response.on("end", () =>
                    resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
                );
            });
            request.on("error", (error) =>
                reject(new Error(`configured Kubernetes cluster is unreachable: ${server.origin}: ${error.message}`)),
            );
            request.end(content);
        });
        const answer = parse(text);
        if (status >= 200 && status < 300) return answer ?? {};
        throw new ApiError(status, textAt(answer, "message") ?? (text.trim() || `HTTP status ${status}`));
    }
}

function parse(text: string): Properties | undefined {
    try {
        const value = JSON.parse(text);
        return isObject(value) ? value : undefined;
    } catch {
        return undefined;
    }
}

import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import { at, isObject, objectsAt, type Properties, textAt } from "../values";

/** Which cluster the provider talks to: the provider's inputs of the same names. */
export interface ClusterChoice {
    /** The contents of a kubeconfig, or the path of one; without it $KUBECONFIG, ~/.kube/config or the pod's own account. */
    kubeconfig?: string;
    context?: string;
    cluster?: string;
}

/** How to reach a cluster's API. */
export interface ClusterAccess {
    server: URL;
    /** The namespace that the context names, if any. */
    namespace?: string;
    /** Completes the options of a request: credentials and trust. */
    authenticate(options: https.RequestOptions): Promise<void>;
}

const defaultPath = path.join(os.homedir(), ".kube", "config");

/** Each kubeconfig in effect, as text with the folder that its relative paths start from. */
function sources(given: string | undefined): { text: string; folder: string }[] {
    if (given?.includes("\n") || given?.trimStart().startsWith("{")) return [{ text: given, folder: process.cwd() }];
    const paths = given ? [given] : (process.env.KUBECONFIG || defaultPath).split(path.delimiter);
    const files = paths.filter((file) => file !== "" && (given !== undefined || fs.existsSync(file)));
    return files.map((file) => ({
        text: fs.readFileSync(file.replace(/^~(?=\/)/, os.homedir()), "utf8"),
        folder: path.dirname(path.resolve(file)),
    }));
}

/** The kubeconfigs merged as kubectl does: of two entries with one name the first counts. */
async function read(given: string | undefined): Promise<Properties | undefined> {
    const { parse } = await import("yaml");
    const configs = sources(given).map(({ text, folder }) => {
        const config = parse(text);
        if (!isObject(config)) throw new Error("the kubeconfig is neither the contents of one nor the path of one");
        const parts = [...objectsAt(config, "clusters"), ...objectsAt(config, "users")];
        for (const part of parts) makeAbsolute(part.cluster ?? part.user, folder);
        return config;
    });
    if (configs.length === 0) return undefined;
    const lists = ["clusters", "contexts", "users"].map((key) => [key, configs.flatMap((one) => objectsAt(one, key))]);
    const current = configs.map((config) => config["current-context"]).find((name) => name);
    return { ...Object.fromEntries(lists), "current-context": current };
}

function makeAbsolute(part: unknown, folder: string): void {
    if (!isObject(part)) return;
    for (const key of ["certificate-authority", "client-certificate", "client-key", "tokenFile"]) {
        if (typeof part[key] === "string") part[key] = path.resolve(folder, part[key]);
    }
}

function named(config: Properties, list: string, name: unknown): Properties | undefined {
    return objectsAt(config, list).find((entry) => entry.name === name);
}

/** The context, cluster and user in effect. */
function choose(config: Properties, choice: ClusterChoice) {
    const name = choice.context || config["current-context"];
    const context = named(config, "contexts", name)?.context;
    if (!context)
        throw new Error(name ? `the kubeconfig has no context ${name}` : "the kubeconfig has no current context");
    const cluster = named(config, "clusters", choice.cluster || at(context, "cluster"))?.cluster;
    if (!isObject(cluster))
        throw new Error(`the kubeconfig has no cluster ${choice.cluster || at(context, "cluster")}`);
    const user = named(config, "users", at(context, "user"))?.user;
    return { name, cluster, user: isObject(user) ? user : {}, namespace: textAt(context, "namespace") };
}

/** What identifies the cluster of a kubeconfig; a provider for another one is another provider. */
export async function activeCluster(choice: ClusterChoice): Promise<unknown> {
    const config = await read(choice.kubeconfig);
    return config && choose(config, choice).cluster;
}

function dataOrFile(part: Properties, key: string): Buffer | undefined {
    const data = part[`${key}-data`];
    if (typeof data === "string") return Buffer.from(data, "base64");
    const file = part[key];
    return typeof file === "string" ? fs.readFileSync(file) : undefined;
}

function authorization(user: Properties): string | undefined {
    const token = user.token ?? (typeof user.tokenFile === "string" && fs.readFileSync(user.tokenFile, "utf8").trim());
    if (token) return `Bearer ${token}`;
    if (!user.username) return undefined;
    return `Basic ${Buffer.from(`${user.username}:${user.password ?? ""}`).toString("base64")}`;
}

/** Reads the kubeconfig. Certificates, tokens and passwords are handled here; for the rest the official client is loaded. */
export async function accessTo(choice: ClusterChoice): Promise<ClusterAccess> {
    const config = await read(choice.kubeconfig);
    if (!config) return accessByClient(undefined, choice);
    const { cluster, user, namespace } = choose(config, choice);
    if (user.exec || user["auth-provider"] || cluster["proxy-url"]) return accessByClient(config, choice);
    const server = new URL(String(cluster.server));
    const tls = {
        keepAlive: true,
        ca: dataOrFile(cluster, "certificate-authority"),
        cert: dataOrFile(user, "client-certificate"),
        key: dataOrFile(user, "client-key"),
        rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
        servername: textAt(cluster, "tls-server-name"),
    };
    const agent = server.protocol === "https:" ? new https.Agent(tls) : new http.Agent({ keepAlive: true });
    const header = authorization(user);
    const authenticate = async (options: https.RequestOptions) => {
        options.agent = agent;
        if (header) options.headers = { ...options.headers, Authorization: header };
    };
    return { server, namespace, authenticate };
}

/** The official client takes half a second to load, and knows every way to log in. */
async function accessByClient(config: Properties | undefined, choice: ClusterChoice): Promise<ClusterAccess> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const kubeconfig = new KubeConfig();
    if (config) kubeconfig.loadFromString(JSON.stringify(config));
    else kubeconfig.loadFromDefault();
    if (choice.context) kubeconfig.setCurrentContext(choice.context);
    const cluster = choice.cluster ? kubeconfig.getCluster(choice.cluster) : kubeconfig.getCurrentCluster();
    if (!cluster) throw new Error("there is no kubeconfig, and this is not a pod");
    const current = kubeconfig.getContextObject(kubeconfig.getCurrentContext());
    return {
        server: new URL(cluster.server),
        namespace: current?.namespace,
        authenticate: (options) => kubeconfig.applyToHTTPSOptions(options),
    };
}

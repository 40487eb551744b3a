import { changes } from "../changes";
import {
    type CheckRequest,
    type CreateRequest,
    type DeleteRequest,
    type DiffRequest,
    InitializationError,
    type ReadRequest,
    type ResourceType,
    type UpdateRequest,
} from "../resourceType";
import { at, hasUnknown, isObject, type Properties, plainCopy, same, textAt, UNKNOWN } from "../values";
import type { Cluster } from "./cluster";
import { explain } from "./explain";
import { Helm } from "./helm";
import { autoName, parseId } from "./names";
import type { Settings } from "./settings";

/** The inputs that the stand-in honours; `compat` is what the SDK always sends. */
const honoured = new Set([
    ...["name", "namespace", "createNamespace", "chart", "version", "repositoryOpts", "values"],
    ...["timeout", "skipAwait", "atomic", "maxHistory", "compat"],
]);

/** The official provider's. */
const defaultSeconds = 300;

/** `kubernetes:helm.sh/v3:Release`, by the helm command line. */
export function releaseType(cluster: Cluster, settings: Settings): ResourceType {
    const helm = new Helm(settings.choice);

    async function check({ name, olds, news, seed }: CheckRequest) {
        const unknown = Object.keys(news).filter((key) => !honoured.has(key));
        const failures = unknown.map((property) => ({
            property,
            reason: `${property} of a Release is not available in the stand-in for the kubernetes provider`,
        }));
        const inputs = plainCopy(news);
        inputs.name ??= olds.name ?? autoName(`${name}-`, seed);
        inputs.namespace ??=
            olds.namespace ??
            settings.namespace ??
            (await cluster.contextNamespace().catch(() => undefined)) ??
            "default";
        return { inputs, failures };
    }

    const diff = ({ olds, news }: DiffRequest) => ({ changes: changes(olds, news), replaces: ["name", "namespace"] });

    /** What helm knows of a release: undefined when there is none. */
    async function statusOf(inputs: Properties): Promise<Properties | undefined> {
        const filter = ["--filter", `^${inputs.name}$`, ...namespaceOf(inputs)];
        const [found] = (await helm.ask(["list", "--all", ...filter])) as Properties[];
        if (!found) return undefined;
        const [, chart, version] = /^(.*)-(v?\d+\.\d+\.\d+.*)$/.exec(String(found.chart)) ?? [];
        const { name, namespace, status, app_version: appVersion } = found;
        return { name, namespace, revision: Number(found.revision), status, chart, version, appVersion };
    }

    /** Installs or upgrades. What went wrong is an error, and also what helm recorded of it when there is a new revision. */
    async function write(request: CreateRequest, before: Properties, verb: string) {
        const { news } = request;
        const id = `${news.namespace}/${news.name}`;
        const seconds = request.timeoutSeconds || Number(news.timeout ?? defaultSeconds);
        const options = [
            ...chartOf(news),
            ...["--install", "--reset-values", "--timeout", `${seconds}s`],
            ...(news.maxHistory === undefined ? [] : ["--history-max", String(news.maxHistory)]),
            ...["atomic", "createNamespace"].flatMap((key) => (news[key] === true ? [flags[key]] : [])),
            ...(news.skipAwait === true ? [] : ["--wait"]),
        ];
        try {
            await helm.run(["upgrade", ...options], JSON.stringify(news.values ?? {}));
        } catch (error) {
            const status = await statusOf(news).catch(() => undefined);
            const what = `helm release "${id}" was not ${verb}: ${(error as Error).message}`;
            if (!status || status.revision === at(before, "status.revision")) throw new Error(what);
            throw new InitializationError(id, { ...news, status }, news, [what, ...(await troubles(news))]);
        }
        return { id, state: { ...news, status: await statusOf(news) } };
    }

    /** Why the release's pods are not ready. */
    async function troubles(inputs: Properties): Promise<string[]> {
        const manifest = await helm.run(["get", "manifest", String(inputs.name), ...namespaceOf(inputs)]);
        const { parseAllDocuments } = await import("yaml");
        const objects = parseAllDocuments(manifest).map((document) => document.toJSON());
        const workloads = objects.filter((object) => isObject(object) && object.apiVersion === "apps/v1");
        const reasons = workloads.map(async ({ apiVersion, kind, metadata }) => {
            const namespace = metadata.namespace ?? inputs.namespace;
            const live = await cluster.read({ apiVersion, kind, metadata: { ...metadata, namespace } });
            return live ? explain(live, cluster) : [];
        });
        return (await Promise.all(reasons)).flat();
    }

    /** Nothing is written; whether there is such a chart, and whether it renders, can be said already. */
    async function preview(news: Properties): Promise<Properties> {
        if (!hasUnknown(news)) await helm.run(["template", ...chartOf(news)], JSON.stringify(news.values ?? {}));
        return { ...news, status: UNKNOWN };
    }

    async function create(request: CreateRequest) {
        if (request.preview) return { id: "", state: await preview(request.news) };
        return write(request, {}, "created");
    }

    async function update(request: UpdateRequest) {
        if (request.preview) return preview(request.news);
        return (await write(request, request.state, "updated")).state;
    }

    async function read({ id, inputs }: ReadRequest) {
        const isDeclared = Object.keys(inputs).length > 0;
        const known: Properties = isDeclared ? inputs : { ...parseId(id) };
        const status = await statusOf(known);
        if (!status) return undefined;
        const values = (await helm.ask(["get", "values", String(known.name), ...namespaceOf(known)])) ?? {};
        const found = same(values, plainCopy(known.values ?? {})) ? known : { ...known, values };
        return { id, inputs: found, state: { ...found, status } };
    }

    async function remove({ inputs, state, timeoutSeconds }: DeleteRequest) {
        const known = Object.keys(inputs).length > 0 ? inputs : state;
        const seconds = timeoutSeconds || Number(known.timeout ?? defaultSeconds);
        const wait = known.skipAwait === true ? [] : ["--wait", "--timeout", `${seconds}s`];
        const name = textAt(known, "name") ?? "";
        await helm.run(["uninstall", name, "--ignore-not-found", ...namespaceOf(known), ...wait]);
    }

    return { check, diff, create, update, read, delete: remove };
}

const flags: Record<string, string> = { atomic: "--atomic", createNamespace: "--create-namespace" };

function namespaceOf(inputs: Properties): string[] {
    return ["--namespace", String(inputs.namespace)];
}

/** The words that name release and chart; the values come by standard input, where no other process sees them. */
function chartOf(inputs: Properties): string[] {
    const repo = textAt(inputs, "repositoryOpts.repo");
    return [
        ...[String(inputs.name), String(inputs.chart), ...namespaceOf(inputs), "--values", "-"],
        ...(inputs.version ? ["--version", String(inputs.version)] : []),
        ...(repo ? ["--repo", repo] : []),
    ];
}

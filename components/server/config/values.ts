import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../arguments/check";
import { imageVersion } from "../../kubernetes/images";
import { isSection, lookUp, notYetKnown, writtenPath } from "./lookUp";

/** Settings that stop the registry when they have another type, and what they must be. A null removes them. */
const types: readonly [path: string, isRight: (value: unknown) => boolean, what: string][] = [
    ["log", isSection, "an object"],
    ["http", isSection, "an object"],
    ["health", isSection, "an object"],
    ["storage", (value) => isSection(value) || typeof value === "string", "an object"],
    [
        "log.level",
        (value) => ["error", "warn", "info", "debug"].includes(String(value).toLowerCase()),
        "error, warn, info or debug",
    ],
    ["log.formatter", (value) => ["text", "json", "logstash"].includes(value as string), "text, json or logstash"],
    ["storage.delete.enabled", isBoolean, "true or false"],
    ["storage.maintenance.readonly", isSection, "an object, e.g. `{ enabled: true }`"],
    ["storage.maintenance.readonly.enabled", isBoolean, "true or false"],
    ["storage.maintenance.uploadpurging", isSection, "an object, e.g. `{ enabled: false }`"],
    ["storage.tag.concurrencylimit", isCount, "an integer of at least 0"],
    ["storage.cache.blobdescriptorsize", (value) => /^\d+$/.test(String(value)), "an integer of at least 0"],
    ["proxy.remoteurl", isUrl, "a URL with a scheme, e.g. `https://registry-1.docker.io`"],
];

function isBoolean(value: unknown): boolean {
    return typeof value === "boolean";
}

function isCount(value: unknown): boolean {
    return Number.isInteger(value) && Number(value) >= 0;
}

function isUrl(value: unknown): boolean {
    return value === "" || /^https?:\/\/[^\s/]/.test(String(value));
}

/** What decides which settings contradict other arguments. */
export interface ValueContext {
    readonly replicas: number;
    /** The registry's image, if it is known. */
    readonly image: string | undefined;
    /** Whether the storage kind writes `storage.redirect.disable`. */
    readonly setsRedirect: boolean;
    /** The kind in `descriptorCache`, if any. */
    readonly cache: "redis" | "inMemory" | undefined;
    /** Whether `ui.deleteImages` is true. */
    readonly deletesImages: boolean;
}

/** Problems with values that stop the registry, or that contradict other settings. Values are not repeated. */
export function valueProblems(config: unknown, context: ValueContext): Problem[] {
    return [
        ...types.flatMap(([path, isRight, what]) => {
            const value = lookUp(config, path);
            const isAbsent = value === undefined || value === null || value === notYetKnown;
            return isAbsent || isRight(value) ? [] : [{ path: `config.${path}`, reason: `must be ${what}` }];
        }),
        ...redirectProblems(config, context),
        ...headerProblems(config),
        ...cacheProblems(config, context),
        ...proxyProblems(config, context),
    ];
}

/** Without a boolean, the registry stops. */
function redirectProblems(config: unknown, { setsRedirect }: ValueContext): Problem[] {
    if (!isSection(lookUp(config, "storage.redirect"))) return [];
    const disable = lookUp(config, "storage.redirect.disable");
    if (typeof disable === "boolean" || disable === notYetKnown || (disable === undefined && setsRedirect)) return [];
    return [{ path: "config.storage.redirect.disable", reason: "must be true or false; or remove `redirect`" }];
}

/** The registry reads each header as a list of values. */
function headerProblems(config: unknown): Problem[] {
    const sections: [(string | number)[], unknown][] = [
        [["http", "headers"], lookUp(config, "http.headers")],
        ...headersOfItems(config, ["notifications", "endpoints"]),
        ...headersOfItems(config, ["health", "http"]),
    ];
    return sections.flatMap(([path, headers]) =>
        Object.entries(isSection(headers) ? headers : {})
            .filter(([, value]) => !isList(value))
            .map(([name]) => ({
                path: writtenPath("config", [...path, name]),
                reason: "must be a list of strings",
            })),
    );
}

function isList(value: unknown): boolean {
    return value === null || Array.isArray(value) || pulumi.Output.isInstance(value) || value instanceof Promise;
}

function headersOfItems(config: unknown, path: string[]): [(string | number)[], unknown][] {
    const items = lookUp(config, path.join("."));
    if (!Array.isArray(items)) return [];
    return items.map((item, i) => [[...path, i, "headers"], lookUp(item, "headers")]);
}

function cacheProblems(config: unknown, { cache, replicas, image }: ValueContext): Problem[] {
    const problem = (reason: string) => [{ path: "config.storage.cache.blobdescriptor", reason }];
    const kind = lookUp(config, "storage.cache.blobdescriptor") ?? lookUp(config, "storage.cache.layerinfo");
    if (kind !== "inmemory" && kind !== "redis") return [];
    if (cache !== undefined && kind !== cache.toLowerCase()) {
        return problem(`contradicts descriptorCache.${cache}; remove one of the two`);
    }
    if (kind === "inmemory" && replicas > 1) {
        return problem(
            `keeps entries for blobs that another of the ${replicas} replicas deleted; use descriptorCache.redis, or no cache`,
        );
    }
    // Registry 2 reads `addr`, registry 3 `addrs`.
    const field = image !== undefined && imageVersion(image)?.major === 2 ? "redis.addr" : "redis.addrs";
    const hasServer = (lookUp(config, field) ?? null) !== null;
    if (kind === "redis" && cache !== "redis" && !hasServer) {
        return problem(`needs \`${field}\`; set it, or set descriptorCache.redis instead`);
    }
    return [];
}

/** A pull-through cache deletes images when they expire, and accepts neither pushes nor deletion by users. */
function proxyProblems(config: unknown, { deletesImages }: ValueContext): Problem[] {
    const url = lookUp(config, "proxy.remoteurl");
    if (typeof url !== "string" || url === "") return [];
    const problems: Problem[] = [];
    const keepsForever = ["0", "0s", "0h", 0].includes(lookUp(config, "proxy.ttl") as string);
    const isDisabled = lookUp(config, "storage.delete") === null || lookUp(config, "storage.delete.enabled") === false;
    if (isDisabled && !keepsForever) {
        const reason = "keeps the cached images of `proxy` from expiring; remove it, or set `proxy.ttl` to `0`";
        problems.push({ path: "config.storage.delete", reason });
    }
    if (deletesImages) {
        const reason =
            "offers deletion, which a pull-through cache (config.proxy) does not support; remove one of the two";
        problems.push({ path: "ui.deleteImages", reason });
    }
    return problems;
}

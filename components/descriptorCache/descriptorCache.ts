import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { boolean, integer } from "../arguments/rules";
import { atMostOneOf, fields, plain } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import type { UsedCache } from "../server/pods";
import {
    deployRedis,
    type RedisCache,
    type RedisContext,
    type RedisSettings,
    redisProblems,
    redisRules,
    redisSettings,
} from "./redis";

/** A cache in the registry's own memory. */
export interface InMemoryCache {
    /** Blobs that it remembers (`storage.cache.blobdescriptorsize`). Defaults to 10000. */
    size?: pulumi.Input<number>;
}

/**
 * Where the registry remembers which blobs there are, and how large: one of these. Deletion is always possible, so what one
 * pod forgets all must forget.
 */
export interface DescriptorCache {
    /**
     * Redis, shared by all pods. Worth it for object storage, where each question takes a tenth of a second. The registry then
     * keeps its metrics to its pods, for beside them it shows its configuration, secrets too; `config` with `http.debug.addr`
     * `:5001` opens them where a network policy keeps strangers out.
     */
    redis?: RedisCache;
    /** In the memory of the one pod that there is. */
    inMemory?: InMemoryCache;
    /** Nowhere. The default. */
    off?: boolean;
}

export const descriptorCacheRules = atMostOneOf<DescriptorCache>({
    redis: redisRules,
    inMemory: fields<InMemoryCache>({ size: integer(1) }),
    off: plain(boolean),
});

export function descriptorCacheProblems(
    cache: DescriptorCache = {},
    replicas = 1,
    image: pulumi.Input<string> | undefined = undefined,
): Problem[] {
    const path = "descriptorCache";
    const problems = cache.redis ? redisProblems(`${path}.redis`, cache.redis) : [];
    if (cache.inMemory && replicas > 1) {
        const reason = `each of the ${replicas} replicas would go on knowing blobs that another one has deleted; use redis, or no cache`;
        problems.push({ path: `${path}.inMemory`, reason });
    }
    if (cache.redis && typeof image === "string" && servesDeletedBlobs(image)) {
        const reason = `deleted blobs can be read again with Redis before version 3.1.0 (CVE-2026-35172), and image is \`${image}\`; use a newer image, or no cache`;
        problems.push({ path: `${path}.redis`, reason });
    }
    return problems;
}

/** Whether the image's tag names a version whose Redis cache brings deleted blobs back. */
function servesDeletedBlobs(image: string): boolean {
    const [, major, minor] = /:v?(\d+)(?:\.(\d+))?[^/]*$/.exec(image.replace(/@.*/, "")) ?? [];
    return major !== undefined && (Number(major) < 3 || (major === "3" && minor === "0"));
}

/** The arguments with every default; without either kind, there is no cache. */
export interface DescriptorCacheSettings {
    readonly redis: RedisSettings | undefined;
    readonly inMemory: Required<InMemoryCache> | undefined;
}

export function descriptorCacheSettings({ redis, inMemory }: DescriptorCache = {}): DescriptorCacheSettings {
    return { redis: redis && redisSettings(redis), inMemory: inMemory && { size: 10000, ...inMemory } };
}

export function provideDescriptorCache(
    scope: Scope,
    settings: RedisContext & { readonly descriptorCache: DescriptorCacheSettings },
): UsedCache {
    const { redis, inMemory } = settings.descriptorCache;
    if (redis) return deployRedis(scope, redis, settings);
    if (inMemory === undefined) return { config: {}, pod: {}, ready: [] };
    const cache = { blobdescriptor: "inmemory", blobdescriptorsize: inMemory.size };
    return { config: { storage: { cache } }, pod: {}, ready: [] };
}

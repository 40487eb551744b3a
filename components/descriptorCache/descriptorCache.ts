import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { boolean, integer } from "../arguments/rules";
import { atMostOneOf, fields, plain } from "../arguments/shapes";
import { imageVersion } from "../kubernetes/images";
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

/** A cache in the memory of the registry's pod. */
export interface InMemoryCache {
    /** Number of blob descriptors in the cache (`storage.cache.blobdescriptorsize`). Defaults to 10000. */
    size?: pulumi.Input<number>;
}

/**
 * Cache of blob descriptors, i.e. which blobs exist and their sizes: one of these. Images can be deleted at any time, so replicas must
 * share a cache.
 */
export interface DescriptorCache {
    /**
     * Redis, shared by all replicas: by default one in the cluster, with mTLS. Useful with object storage, where each lookup takes about
     * 0.1 seconds. With Redis, the debug server also exposes secrets, so it listens on localhost only, and so do the metrics. To read the
     * metrics, restrict port 5001 with `networkPolicy` and set `http.debug.addr` to `:5001` in `config`.
     */
    redis?: RedisCache;
    /** In the memory of the registry's pod. Not with several replicas. */
    inMemory?: InMemoryCache;
    /** No cache. The default. */
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
        const reason = `each of the ${replicas} replicas would keep entries for blobs that another replica deleted; use redis, or no cache`;
        problems.push({ path: `${path}.inMemory`, reason });
    }
    if (cache.redis && typeof image === "string" && servesDeletedBlobs(image)) {
        const reason = `with Redis, versions before 3.1.0 serve deleted blobs again (CVE-2026-35172), and image is \`${image}\`; use a newer image, or no cache`;
        problems.push({ path: `${path}.redis`, reason });
    }
    return problems;
}

/** Whether the image's tag is a version that serves deleted blobs from a Redis cache. */
function servesDeletedBlobs(image: string): boolean {
    const version = imageVersion(image);
    return version !== undefined && (version.major < 3 || (version.major === 3 && version.minor === 0));
}

/** The arguments with every default. If both are undefined, there is no cache. */
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

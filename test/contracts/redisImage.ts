import type { PublishedImage } from "./publishedImage";

/**
 * Facts about the image of Redis 7.2.11 (Debian).
 * library/redis of https://github.com/docker-library/official-images names 7d9ee3a9c8e9b5085cf0e354100a5aaf9be6a744 of
 * https://github.com/redis/docker-library-redis for the tag 7.2.11, which was not available. Read instead from the images before and
 * after it, which agree: 7.2.8 (7.2/debian/Dockerfile at 0642e8613deef6a2838814944485fd4a057b8fb4) and 7.2.16 (debian/Dockerfile at
 * 09aa4e1a1bb278b1ad77bdeb43bde981fad64e49); the entrypoint from 7.2/debian/docker-entrypoint.sh at
 * e5650da99bb377b2ed4f9f1ef993ff24729b1c16.
 */
export const redisImage = {
    reference: "docker.io/library/redis:7.2.11",
    /** The entrypoint changes from root to the user `redis` (999) if it starts redis-server. */
    user: undefined,
    entrypoint: ["docker-entrypoint.sh"],
    command: ["redis-server"],
    workingDirectory: "/data",
    environment: {},
    paths: ["/usr/local/bin/redis-server", "/usr/local/bin/redis-cli", "/usr/local/bin/docker-entrypoint.sh", "/data"],
    port: 6379,
} as const satisfies PublishedImage;

/** What docker-entrypoint.sh runs with given arguments, if it is not run as root. */
export const entrypoint = [
    { given: ["--port", "0"], runs: ["redis-server", "--port", "0"] },
    { given: ["/etc/redis.conf"], runs: ["redis-server", "/etc/redis.conf"] },
    { given: ["redis-server", "--port", "0"], runs: ["redis-server", "--port", "0"] },
    { given: ["redis-cli", "ping"], runs: ["redis-cli", "ping"] },
] as const;

/**
 * Options of redis-server that the component sets. Those for TLS exist with `BUILD_TLS=yes`, with which the image is built.
 * Read from src/config.c of https://github.com/redis/redis at the tag 7.2.6.
 */
export const options = [
    "maxmemory",
    "maxmemory-policy",
    "port",
    "protected-mode",
    "save",
    "tls-auth-clients",
    "tls-ca-cert-file",
    "tls-cert-file",
    "tls-key-file",
    "tls-port",
] as const;

/** The values of two options, from the same file. */
export const values = {
    "maxmemory-policy": [
        "volatile-lru",
        "volatile-lfu",
        "volatile-random",
        "volatile-ttl",
        "allkeys-lru",
        "allkeys-lfu",
        "allkeys-random",
        "noeviction",
    ],
    "tls-auth-clients": ["no", "yes", "optional"],
} as const;

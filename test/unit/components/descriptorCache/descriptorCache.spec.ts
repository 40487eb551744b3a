import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { DescriptorCache } from "../../../../components";
import { caCertificate } from "../../authority";
import type { Resources } from "../../mocks";
import { problems, refuses, refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

const withCache = (descriptorCache?: DescriptorCache, more = {}) => registry({ descriptorCache, ...more });
const redisPod = (resources: Resources) => resources.one("Deployment", "registry-redis").inputs.spec.template.spec;
const registryPod = (resources: Resources) => resources.one("Deployment", "registry-deployment").inputs.spec.template;
const patience = { dialtimeout: "1s", readtimeout: "1s", writetimeout: "1s", maxretries: 1 };

describe("descriptorCache", () => {
    it("is disabled by default and with off", async () => {
        for (const cache of [undefined, {}, { off: true }, { off: false }]) {
            const config = parse((await withCache(cache)).configYaml);
            assert.equal("cache" in config.storage, false);
            assert.equal("redis" in config, false);
        }
    });

    it("inMemory: has 10000 entries, or the given size", async () => {
        const cacheOf = async (inMemory: object) => parse((await withCache({ inMemory })).configYaml).storage.cache;
        assert.deepEqual(await cacheOf({}), { blobdescriptor: "inmemory", blobdescriptorsize: 10000 });
        assert.deepEqual(await cacheOf({ size: 5 }), { blobdescriptor: "inmemory", blobdescriptorsize: 5 });
    });
});

describe("descriptorCache.redis", () => {
    const limits: [string | undefined, string][] = [
        [undefined, "128mb"],
        ["none", "128mb"],
        ["192Mi", "128mb"],
        ["96Mi", "64mb"],
        ["1G", "635mb"],
        ["3e9", "1907mb"],
        ["1Mi", "1mb"],
    ];
    for (const [memory, entries] of limits) {
        it(`uses ${entries} for entries if the memory limit is ${memory ?? "omitted"}, so that it is not killed`, async () => {
            const resources = { limits: memory === undefined ? {} : { memory } };
            const args: string[] = redisPod(await withCache({ redis: { resources } })).containers[0].args;
            assert.equal(args[args.indexOf("--maxmemory") + 1], entries);
        });
    }

    it("is a Redis that requires the registry's client certificate", async () => {
        const r = await withCache({ redis: {} });
        const config = parse(r.configYaml);
        assert.deepEqual(config.storage.cache, { blobdescriptor: "redis" });
        assert.equal(config.http.debug.addr, "127.0.0.1:5001");
        const file = (name: string) => `/etc/private-registry/redis/${name}`;
        assert.deepEqual(config.redis, {
            addrs: ["registry-redis.registry.svc:6379"],
            ...patience,
            tls: { rootcas: [file("ca.crt")], certificate: file("tls.crt"), key: file("tls.key") },
        });
        const args: string[] = redisPod(r).containers[0].args;
        const option = (name: string) => args[args.indexOf(`--${name}`) + 1];
        assert.equal(option("port"), "0");
        assert.equal(option("tls-auth-clients"), "yes");
        assert.equal(option("maxmemory-policy"), "allkeys-lru");
        assert.deepEqual(
            r
                .every("LocallySignedCert")
                .filter(({ name }) => name.includes("redis"))
                .map(({ inputs }) => inputs.allowedUses.at(-1)),
            ["server_auth", "client_auth"],
        );
    });

    it("exists before the registry, which mounts its certificate and rolls when that changes", async () => {
        const r = await withCache({ redis: {} });
        assert.ok(
            r.one("Deployment", "registry-deployment").dependencies.some((urn) => urn.endsWith("::registry-redis")),
        );
        const { spec } = registryPod(r);
        assert.deepEqual(
            spec.volumes.find((volume: { name: string }) => volume.name === "redis"),
            {
                name: "redis",
                secret: { secretName: r.objectName("Secret", "registry-redis-client"), defaultMode: 0o440 },
            },
        );
        assert.match(r.objectName("Secret", "registry-redis-client"), /^registry-redis-client-[0-9a-f]{8}$/);
    });

    it("never runs two pods, and takes its image from the mirror", async () => {
        const r = await withCache({ redis: {} }, { imageMirror: "mirror.example.com" });
        assert.deepEqual(r.one("Deployment", "registry-redis").inputs.spec.strategy, { type: "Recreate" });
        assert.equal(redisPod(r).containers[0].image, "mirror.example.com/docker.io/library/redis:7.2.11");
    });

    it("can be an existing Redis, with its password in a Secret", async () => {
        const external = {
            address: "redis.example.com:6380",
            username: "registry",
            passwordSecret: { name: "redis" },
            caCertPem: caCertificate,
            database: 2,
        };
        const r = await withCache({ redis: { external } });
        assert.deepEqual(
            r.every("Deployment").map((deployment) => deployment.name),
            ["registry-deployment"],
        );
        assert.deepEqual(parse(r.configYaml).redis, {
            addrs: ["redis.example.com:6380"],
            ...patience,
            username: "registry",
            db: 2,
            tls: { rootcas: ["/etc/private-registry/redis/ca.crt"] },
        });
        assert.deepEqual(r.pod.spec.containers[0].env.slice(1), [
            { name: "REGISTRY_REDIS_PASSWORD", valueFrom: { secretKeyRef: { name: "redis", key: "password" } } },
        ]);
        assert.deepEqual(r.one("Secret", "registry-redis-ca").inputs.stringData, { "ca.crt": caCertificate });
    });

    it("trusts the public CAs, or connects without TLS on request", async () => {
        const redisOf = async (more: object) =>
            parse((await withCache({ redis: { external: { address: "redis:6379", ...more } } })).configYaml).redis;
        assert.deepEqual((await redisOf({})).tls, { rootcas: ["/etc/ssl/certs/ca-certificates.crt"] });
        assert.equal((await redisOf({ tls: false })).tls, undefined);
        for (const caCertPem of ["", pulumi.output("")]) {
            assert.deepEqual((await redisOf({ caCertPem })).tls, { rootcas: ["/etc/ssl/certs/ca-certificates.crt"] });
        }
    });
});

refusesValues("descriptorCache", [
    ["descriptorCache.inMemory.size", 0, must.oneOrMore],
    ["descriptorCache.off", "yes", must.boolean],
    ["descriptorCache.redis.image", "redis latest", must.image],
    ["descriptorCache.redis.resources.requests.cpu", "fast", must.cpuRequest],
]);

refuses("descriptorCache", {
    "two caches": {
        of: { descriptorCache: { redis: {}, inMemory: {}, off: true } },
        says: ["descriptorCache: has redis, inMemory and off; keep exactly one"],
    },
    "an in-memory cache with several replicas": {
        of: { replicas: 2, storage: { minio: {} }, descriptorCache: { inMemory: {} } },
        says: [
            "descriptorCache.inMemory: each of the 2 replicas would keep entries for blobs that another replica deleted; use redis, or no cache",
        ],
    },
    "an image of an external Redis": {
        of: { descriptorCache: { redis: { image: "redis:7", external: { address: "redis:6379" } } } },
        says: [
            "descriptorCache.redis.image: is for Redis in the cluster, which `external` replaces; remove one of the two",
        ],
    },
    "a Redis without an address, a Secret without a name, and CA certificates without TLS": {
        of: { descriptorCache: { redis: { external: { passwordSecret: {}, tls: false, caCertPem: caCertificate } } } },
        says: [
            "descriptorCache.redis.external.address: is missing; set host and port",
            "descriptorCache.redis.external.passwordSecret.name: is missing; name the Secret",
            "descriptorCache.redis.external.caCertPem: is for TLS, which `tls: false` disables; remove one of the two",
        ],
    },
    "an external Redis that is wrong in every field": {
        of: {
            descriptorCache: {
                redis: {
                    external: {
                        address: "redis://a",
                        username: "",
                        passwordSecret: { name: "A", key: "" },
                        tls: 1,
                        caCertPem: "x",
                        database: -1,
                    },
                },
            },
        },
        says: [
            'descriptorCache.redis.external.address: must be a host name or an IP address with a port, e.g. `redis.example.com:6379` or `[2001:db8::7]:6379`, not "redis://a"; did you mean `a:6379`?',
            `descriptorCache.redis.external.username: ${must.notEmpty}, not ""`,
            `descriptorCache.redis.external.passwordSecret.name: ${must.dnsName}, not "A"`,
            `descriptorCache.redis.external.passwordSecret.key: ${must.secretKey}, not ""`,
            `descriptorCache.redis.external.tls: ${must.boolean}, not 1`,
            "descriptorCache.redis.external.caCertPem: must be PEM-encoded certificates",
            "descriptorCache.redis.external.database: must be an integer of at least 0, not -1",
        ],
    },
});

describe("descriptorCache.redis with an image of the registry", () => {
    const leaking = ["registry:2", "docker.io/library/registry:2.8.3", "mirror:5000/registry:3.0.0", "registry:v3.0"];
    for (const leaks of leaking) {
        it(`rejects Redis with ${leaks}, which would serve deleted blobs`, async () => {
            assert.deepEqual(await problems({ image: leaks, descriptorCache: { redis: {} } }), [
                `descriptorCache.redis: with Redis, versions before 3.1.0 serve deleted blobs again (CVE-2026-35172), and image is \`${leaks}\`; use a newer image, or no cache`,
            ]);
        });
    }

    for (const sound of ["registry:3.1.2", "registry:3", "registry:4.0.0", "registry", "mirror:2000/registry"]) {
        it(`accepts Redis with ${sound}`, async () => {
            await registry({ image: sound, descriptorCache: { redis: {} } });
        });
    }
});

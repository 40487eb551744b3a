import * as assert from "node:assert/strict";
import { parse } from "yaml";
import { type DescriptorCache, PrivateRegistry } from "../../../../components";
import { authority } from "../../authority";
import { declare, type Resources } from "../../mocks";

const registry = (descriptorCache?: DescriptorCache, more = {}) =>
    declare(() => new PrivateRegistry("registry", { descriptorCache, ...more }));
const redisPod = (resources: Resources) => resources.one("Deployment", "registry-redis").inputs.spec.template.spec;
const registryPod = (resources: Resources) => resources.one("Deployment", "registry-deployment").inputs.spec.template;
const patience = { dialtimeout: "1s", readtimeout: "1s", writetimeout: "1s", maxretries: 1 };

describe("descriptorCache", () => {
    it("is nowhere by default and when turned off", async () => {
        for (const cache of [undefined, {}, { off: true }, { off: false }]) {
            const config = parse((await registry(cache)).configYaml);
            assert.equal("cache" in config.storage, false);
            assert.equal("redis" in config, false);
        }
    });

    it("inMemory: remembers 10000 blobs, or as many as asked for", async () => {
        const cacheOf = async (inMemory: object) => parse((await registry({ inMemory })).configYaml).storage.cache;
        assert.deepEqual(await cacheOf({}), { blobdescriptor: "inmemory", blobdescriptorsize: 10000 });
        assert.deepEqual(await cacheOf({ size: 5 }), { blobdescriptor: "inmemory", blobdescriptorsize: 5 });
    });
});

describe("descriptorCache.redis", () => {
    it("is a Redis that only the registry's certificate opens", async () => {
        const r = await registry({ redis: {} });
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

    it("is there before the registry, which mounts its certificate and rolls when that changes", async () => {
        const r = await registry({ redis: {} });
        assert.ok(
            r.one("Deployment", "registry-deployment").dependencies.some((urn) => urn.endsWith("::registry-redis")),
        );
        const { spec, metadata } = registryPod(r);
        assert.deepEqual(
            spec.volumes.find((volume: { name: string }) => volume.name === "redis"),
            { name: "redis", secret: { secretName: "registry-redis-client-1a2b3c4d", defaultMode: 0o440 } },
        );
        const without = await registry({ redis: { external: { address: "a:1" } } }, { config: parse(r.configYaml) });
        assert.notEqual(
            metadata.annotations["checksum/config"],
            registryPod(without).metadata.annotations["checksum/config"],
        );
    });

    it("runs as nobody special, never twice, from the mirror", async () => {
        const r = await registry({ redis: {} }, { imageMirror: "mirror.example.com" });
        assert.deepEqual(r.one("Deployment", "registry-redis").inputs.spec.strategy, { type: "Recreate" });
        assert.equal(redisPod(r).securityContext.runAsNonRoot, true);
        assert.equal(redisPod(r).containers[0].securityContext.readOnlyRootFilesystem, true);
        assert.equal(redisPod(r).containers[0].image, "mirror.example.com/docker.io/library/redis:7.2.11");
    });

    it("may be one that exists already, with its password in a Secret", async () => {
        const external = {
            address: "redis.example.com:6380",
            username: "registry",
            passwordSecret: { name: "redis" },
            caCertPem: authority,
            database: 2,
        };
        const r = await registry({ redis: { external } });
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
        assert.deepEqual(r.one("Secret", "registry-redis-ca").inputs.stringData, { "ca.crt": authority });
    });

    it("trusts the public authorities, or speaks no TLS when asked", async () => {
        const redisOf = async (more: object) =>
            parse((await registry({ redis: { external: { address: "redis:6379", ...more } } })).configYaml).redis;
        assert.deepEqual((await redisOf({})).tls, { rootcas: ["/etc/ssl/certs/ca-certificates.crt"] });
        assert.equal((await redisOf({ tls: false })).tls, undefined);
    });
});

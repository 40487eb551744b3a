import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { PrivateRegistry } from "../../../../../components";
import { failure } from "../../../mocks";
import { problems, refuses, type Wrong, withValue } from "../../../refusals";
import { registry } from "../../../registry";

const clientCertificate =
    "requires a client certificate, which nodes and probes do not have; remove it, and limit clients with networkPolicy";
const mounted = "is where the component mounts the certificate; set tls.pem or tls.existingSecret";
const logins = "the component's users, pull secrets and nodes log in with htpasswd; set users";
const addr =
    "must stay `:5000`, to which the Services and probes connect; for another port outside the cluster, set expose";
const root =
    "must stay `/var/lib/registry`, where the volume is mounted; set storage.hostPath or storage.existingClaim to use other data";

/** A path, a value that the component cannot work with, and the message. */
const reserved: [string, unknown, string][] = [
    ["version", "0.2", "must be `0.1`, the only version of the format; remove it"],
    ["http.addr", ":5001", addr],
    ["http.addr", "127.0.0.1:5000", addr],
    ["http.addr", null, addr],
    ["http.net", "unix", "must be `tcp`, which the Services use; remove it"],
    ["http.prefix", "/registry/", "moves the API away from /v2/, where clients and nodes expect it; remove it"],
    ["http.secret", "hunter2", "is a random key that all pods share; remove it"],
    ["http.tls.certificate", "/certs/tls.crt", mounted],
    ["http.tls.key", "/certs/tls.key", mounted],
    ["http.tls.clientcas", ["/certs/ca.crt"], clientCertificate],
    ["http.tls.clientauth", "request-client-cert", clientCertificate],
    [
        "http.tls.letsencrypt",
        { cachefile: "/cache" },
        "requests a certificate that nodes and pull secrets do not know; set tls.certManager",
    ],
    ["http.debug.addr", ":6000", "must have the port 5001, which the metrics Service and networkPolicy use; remove it"],
    ["auth", null, `replaces the logins, but ${logins}`],
    ["auth", "none", `replaces the logins, but ${logins}`],
    ["auth.htpasswd", null, `removes the logins, but ${logins}`],
    ["auth.token", { realm: "https://auth.example.com" }, `is not possible: ${logins}`],
    ["auth.silly", { realm: "a", service: "b" }, `is not possible: ${logins}`],
    ["auth.htpasswd.path", "/etc/htpasswd", "is where the component writes the users; set users"],
    ["auth.htpasswd.realm", "", "must be a non-empty string"],
    ["storage.filesystem.rootdirectory", "/srv", root],
    ["storage.filesystem.rootdirectory", null, root],
];

describe("what the component relies on in config.yml", () => {
    const late = (value: unknown) => pulumi.output(Promise.resolve(value));
    const failureOf = async (args: Wrong) => (await failure(() => new PrivateRegistry("registry", args))).message;

    for (const [path, value, message] of reserved) {
        it(`cannot be overridden: ${path}: ${JSON.stringify(value)}`, async () => {
            const line = `config.${path}: ${message}`;
            assert.deepEqual(await problems({ config: withValue(path, value) }), [line]);
            // Known at deploy time only: the value, its section, and all overrides.
            const [section, ...rest] = path.split(".");
            const below = rest.length === 0 ? value : withValue(rest.join("."), value);
            for (const config of [{ [section]: late(below) }, late(withValue(path, value))]) {
                const said = await failureOf({ config });
                assert.ok(said.includes(line), said);
            }
        });
    }

    it("cannot be removed as a whole", async () => {
        const removes = (setting: string) =>
            `removes \`${setting}\`, which the component relies on; remove only the fields that you do not want`;
        assert.deepEqual(await problems({ config: { http: null } }), [`config.http: ${removes("http.addr")}`]);
        assert.deepEqual(await problems({ config: { http: { tls: null } } }), [
            `config.http.tls: ${removes("http.tls.certificate")}`,
        ]);
        assert.deepEqual(await problems({ config: { storage: null } }), [
            "config.storage: removes the storage driver, and the registry needs one; remove this null",
        ]);
    });

    it("can be repeated, and harmless overrides of the same sections are accepted", async () => {
        const { http, ...written } = parse((await registry()).configYaml);
        const { secret, ...others } = http;
        assert.match(secret, /^[0-9a-f]{64}$/);
        await registry({ config: { ...written, http: others } });
        const harmless = {
            version: 0.1,
            log: { level: "ERROR", fields: { team: "platform" } },
            http: {
                addr: "0.0.0.0:5000",
                host: "https://registry.example.com",
                relativeurls: false,
                draintimeout: "30s",
                headers: { "X-Team": ["platform"] },
                http2: { disabled: true },
                tls: { minimumtls: "tls1.3" },
                debug: null,
            },
            auth: { htpasswd: { realm: "team" } },
            storage: {
                delete: null,
                redirect: { disable: true },
                tag: { concurrencylimit: 4 },
                maintenance: { uploadpurging: null, readonly: { enabled: true } },
                cache: { blobdescriptor: "inmemory", blobdescriptorsize: "5000" },
            },
            proxy: { remoteurl: "https://registry-1.docker.io", ttl: 0 },
            notifications: { endpoints: [{ name: "a", url: "https://a.example.com", headers: { "X-A": ["b"] } }] },
            health: { storagedriver: { enabled: false } },
            validation: { disabled: true },
        };
        const { log, ...rest } = parse((await registry({ config: harmless })).configYaml);
        assert.equal(log.fields.team, "platform");
        assert.equal(rest.http.draintimeout, "30s");
        assert.equal("debug" in rest.http, false);
        assert.equal("delete" in rest.storage, false);
    });

    it("includes the port of the metrics with Redis, on all interfaces or none", async () => {
        for (const address of [":5001", "127.0.0.1:5001"]) {
            const config = { http: { debug: { addr: address } } };
            const r = await registry({ descriptorCache: { redis: {} }, config });
            assert.equal(parse(r.configYaml).http.debug.addr, address);
        }
    });

    it("does not include TLS with tls.plainBackend", async () => {
        const plain = {
            tls: { plainBackend: true },
            host: "registry.example.com",
            expose: { ingress: { certificate: { existingSecret: { name: "edge" } } } },
            nodes: { enabled: false },
        };
        const lines = await problems({ ...plain, config: { http: { tls: { certificate: "/a", key: "/b" } } } });
        for (const field of ["certificate", "key"]) {
            const line = `config.http.tls.${field}: is for TLS, which tls.plainBackend disables; remove one of the two`;
            assert.ok(lines.includes(line), lines.join("\n"));
        }
    });
});

refuses("config together with other arguments", {
    "MinIO's address and credentials": {
        of: {
            storage: { minio: {} },
            config: { storage: { s3: { bucket: "other", secretkey: "hidden" }, redirect: { disable: false } } },
        },
        says: [
            ...["bucket", "secretkey"].map(
                (field) =>
                    `config.storage.s3.${field}: is how the registry reaches storage.minio; to use another server, replace storage.minio with storage.s3`,
            ),
            "config.storage.redirect.disable: sends nodes to MinIO, which they cannot reach; remove it",
        ],
    },
    "the address of descriptorCache.redis": {
        of: { descriptorCache: { redis: {} }, config: { redis: { addrs: ["redis:6379"], tls: {} } } },
        says: ["addrs", "tls"].map(
            (field) =>
                `config.redis.${field}: is set by descriptorCache.redis; use descriptorCache.redis.external, or remove descriptorCache`,
        ),
    },
    "another cache than descriptorCache": {
        of: { descriptorCache: { redis: {} }, config: { storage: { cache: { blobdescriptor: "inmemory" } } } },
        says: ["config.storage.cache.blobdescriptor: contradicts descriptorCache.redis; remove one of the two"],
    },
    "a cache in each of several pods": {
        of: {
            replicas: 2,
            storage: { s3: { bucket: "images" } },
            config: { storage: { cache: { blobdescriptor: "inmemory" } } },
        },
        says: [
            "config.storage.cache.blobdescriptor: keeps entries for blobs that another of the 2 replicas deleted; use descriptorCache.redis, or no cache",
        ],
    },
    "a Redis cache without Redis": {
        of: { config: { storage: { cache: { blobdescriptor: "redis" } } } },
        says: [
            "config.storage.cache.blobdescriptor: needs `redis.addrs`; set it, or set descriptorCache.redis instead",
        ],
    },
    "a Redis cache with the field of the other version": {
        of: {
            image: "docker.io/library/registry:2.8.3",
            config: { redis: { addrs: ["redis:6379"] }, storage: { cache: { blobdescriptor: "redis" } } },
        },
        says: ["config.storage.cache.blobdescriptor: needs `redis.addr`; set it, or set descriptorCache.redis instead"],
    },
    "a pull-through cache that cannot delete": {
        of: { config: { proxy: { remoteurl: "https://docker.io" }, storage: { delete: { enabled: false } } } },
        says: [
            "config.storage.delete: keeps the cached images of `proxy` from expiring; remove it, or set `proxy.ttl` to `0`",
        ],
    },
    "a pull-through cache whose web UI deletes": {
        of: {
            host: "registry.example.com",
            expose: { gateway: { parentRefs: [{ name: "team" }] } },
            ui: { deleteImages: true },
            config: { proxy: { remoteurl: "https://docker.io" } },
        },
        says: [
            "ui.deleteImages: offers deletion, which a pull-through cache (config.proxy) does not support; remove one of the two",
        ],
    },
});

/** Each value stops registry 3.1.2 at its start, as tried with the program. */
refuses("values in config that stop the registry", {
    "values of another type": {
        of: {
            config: {
                log: { level: "warning", formatter: "xml" },
                storage: {
                    redirect: {},
                    delete: { enabled: "yes" },
                    tag: { concurrencylimit: "5" },
                    maintenance: { readonly: true, uploadpurging: false },
                    cache: { blobdescriptorsize: "many" },
                },
                proxy: { remoteurl: "registry-1.docker.io" },
            },
        },
        says: [
            "config.log.level: must be error, warn, info or debug",
            "config.log.formatter: must be text, json or logstash",
            "config.storage.redirect.disable: must be true or false; or remove `redirect`",
            "config.storage.delete.enabled: must be true or false",
            "config.storage.tag.concurrencylimit: must be an integer of at least 0",
            "config.storage.cache.blobdescriptorsize: must be an integer of at least 0",
            "config.storage.maintenance.readonly: must be an object, e.g. `{ enabled: true }`",
            "config.storage.maintenance.uploadpurging: must be an object, e.g. `{ enabled: false }`",
            "config.proxy.remoteurl: must be a URL with a scheme, e.g. `https://registry-1.docker.io`",
        ],
    },
    "headers that are not lists, without repeating them": {
        of: {
            config: {
                http: { headers: { "X-Team": "platform" } },
                notifications: { endpoints: [{ name: "a", headers: { Authorization: "Bearer hunter2" } }] },
                health: { http: [{ uri: "https://a", headers: { "X-Key": "hunter2" } }] },
            },
        },
        says: [
            "config.http.headers.X-Team: must be a list of strings",
            "config.notifications.endpoints[0].headers.Authorization: must be a list of strings",
            "config.health.http[0].headers.X-Key: must be a list of strings",
        ],
    },
    "sections that are not objects": {
        of: { config: { http: ":5000", log: "debug" } },
        says: ["config.log: must be an object", "config.http: must be an object"],
    },
});

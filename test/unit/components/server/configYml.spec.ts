import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as fc from "fast-check";
import { parse } from "yaml";
import { LogFormat, LogLevel, type PrivateRegistryArgs } from "../../../../components";
import { configYaml, merge, type Section } from "../../../../components/server/configYml";
import { refuses } from "../../refusals";
import { registry } from "../../registry";

const storage = { filesystem: { rootdirectory: "/var/lib/registry" } };
const secret = "0123456789abcdef";
const log = { level: LogLevel.Info, format: LogFormat.Json, accessLog: true };
const textOf = (overrides: Section) =>
    configYaml({ httpSecret: secret, storage, cache: {}, log, overrides, isPlain: false });
const written = (overrides: Section = {}) => parse(textOf(overrides));

const key = fc.constantFrom("auth", "storage", "http", "log", "delete", "headers", "addr", "tls", "redis", "Z", "a-b");
const scalar = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom("yes", "no", "on", "off", "0755", "1_000", "12:30:45", "null", "~", "1e3", "0x1F", "2026-01-01"),
);
const { section } = fc.letrec<{ section: Section; value: unknown }>((tie) => ({
    section: fc.dictionary(key, tie("value"), { maxKeys: 5, depthIdentifier: "d", noNullPrototype: true }),
    value: fc.oneof(
        { maxDepth: 4, depthIdentifier: "d" },
        scalar,
        fc.array(scalar, { maxLength: 3 }),
        tie("section"),
        fc.constant(null),
    ),
}));

/** Every path of an object that does not lead to another object. */
function leaves(value: unknown, path: string[] = []): { path: string[]; value: unknown }[] {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [{ path, value }];
    return Object.entries(value).flatMap(([k, v]) => leaves(v, [...path, k]));
}

function at(value: unknown, path: readonly string[]): unknown {
    return path.reduce<unknown>((v, k) => (v as Section | undefined)?.[k], value);
}

describe("merge", () => {
    it("takes every value of the overrides", () => {
        fc.assert(
            fc.property(section, section, (base, over) => {
                const merged = merge(base, over);
                for (const { path, value } of leaves(over)) {
                    if (value !== null) assert.deepEqual(at(merged, path), value);
                }
            }),
        );
    });

    it("removes keys that are null in the overrides, at every level", () => {
        fc.assert(
            fc.property(section, section, (base, over) => {
                const merged = merge(base, over);
                for (const { path, value } of leaves(over)) {
                    if (value === null) assert.equal(at(merged, path), undefined, path.join("."));
                }
            }),
        );
    });

    it("keeps everything else", () => {
        fc.assert(
            fc.property(section, section, (base, over) => {
                const merged = merge(base, over);
                for (const { path, value } of leaves(base)) {
                    const touched = path.some((_, i) => {
                        const upper = at(over, path.slice(0, i + 1));
                        return upper !== undefined && (typeof upper !== "object" || Array.isArray(upper) || !upper);
                    });
                    const replaced = at(over, path) !== undefined;
                    if (!touched && !replaced) assert.deepEqual(at(merged, path), value);
                }
            }),
        );
    });

    it("does not change its arguments", () => {
        fc.assert(
            fc.property(section, section, (base, over) => {
                const before = structuredClone([base, over]);
                merge(base, over);
                assert.deepEqual([base, over], before);
            }),
        );
    });

    it("replaces lists as a whole", () => {
        assert.deepEqual(merge({ a: [1, 2] }, { a: [3] }), { a: [3] });
    });
});

describe("config.yml", () => {
    it("is the component's settings with the overrides merged over them", () => {
        fc.assert(fc.property(section, (over) => assert.deepEqual(written(over), merge(written(), over))));
    });

    it("has the same meaning in YAML 1.1, which the registry parses", () => {
        fc.assert(
            fc.property(section, (over) => {
                const text = textOf(over);
                assert.deepEqual(parse(text, { version: "1.1" }), merge(written(), over));
            }),
        );
    });

    it("does not depend on the order of the overrides", () => {
        fc.assert(
            fc.property(section, (over) => {
                const reversed = Object.fromEntries(Object.entries(over).reverse());
                assert.equal(textOf(over), textOf(reversed));
            }),
        );
    });

    it("responds to uploads with relative URLs, for port-forwards", () => {
        assert.equal(written().http.relativeurls, true);
    });

    it("drains requests for less than the pod's grace period", async () => {
        assert.equal(written().http.draintimeout, "45s");
        const { pod } = await registry();
        assert.equal(pod.spec.terminationGracePeriodSeconds, 60);
    });

    it("serves TLS from the mounted Secret", () => {
        assert.deepEqual(written().http.tls, {
            certificate: "/etc/private-registry/tls/tls.crt",
            key: "/etc/private-registry/tls/tls.key",
            minimumtls: "tls1.2",
        });
        assert.equal(written().http.addr, ":5000");
    });

    it("has metrics and health on a separate port", () => {
        assert.deepEqual(written().http.debug, { addr: ":5001", prometheus: { enabled: true, path: "/metrics" } });
    });

    it("signs upload URLs with a secret that all replicas share", () => {
        assert.equal(written().http.secret, secret);
    });

    it("enables deletion, and purges abandoned uploads", () => {
        assert.deepEqual(written().storage.delete, { enabled: true });
        assert.equal(written().storage.maintenance.uploadpurging.enabled, true);
    });

    it("has no descriptor cache", () => {
        assert.equal(written().storage.cache, undefined);
    });

    it("reads the users from the mounted Secret", () => {
        assert.deepEqual(written().auth, {
            htpasswd: { realm: "private-registry", path: "/etc/private-registry/auth/htpasswd" },
        });
    });

    it("contains no other random value of the state", async () => {
        const r = await registry();
        assert.match(parse(r.configYaml).http.secret, /^[0-9a-f]{64}$/);
    });
});

describe("log", () => {
    const log = async (args?: PrivateRegistryArgs["log"]) => parse((await registry({ log: args })).configYaml).log;

    it("is JSON at level info with every request", async () => {
        assert.deepEqual(await log(), { level: "info", formatter: "json", accesslog: { disabled: false } });
    });

    it("has the given level, format and access log", async () => {
        assert.deepEqual(await log({ level: LogLevel.Debug, format: LogFormat.Logstash, accessLog: false }), {
            level: "debug",
            formatter: "logstash",
            accesslog: { disabled: true },
        });
    });
});

describe("config", () => {
    it("is merged last", async () => {
        const config = { http: { headers: null, http2: { disabled: true } }, log: { level: "error" }, redis: {} };
        const r = await registry({ config, log: { level: LogLevel.Debug } });
        const written = parse(r.configYaml);
        assert.equal(written.log.level, "error");
        assert.equal("headers" in written.http, false);
        assert.deepEqual(written.http.http2, { disabled: true });
        assert.equal(written.http.relativeurls, true);
        assert.deepEqual(written.redis, {});
    });
});

describe("a secret in config", () => {
    const config = {
        storage: { azure: { accountname: "team", container: "images", accountkey: "hunter2-of-azure" } },
        proxy: { remoteurl: "https://registry-1.docker.io", password: "hunter2-of-the-proxy" },
        notifications: { endpoints: [{ name: "a", headers: { Authorization: ["Bearer hunter2-of-the-endpoint"] } }] },
    };
    const networkPolicy = { destinations: [{ cidr: "198.51.100.0/24" }] };

    it("is in config.yml only, and encrypted in the state, even if the program did not mark it", async () => {
        const { storage, ...others } = config;
        for (const given of [config, pulumi.secret(others)]) {
            const r = await registry({ config: given, networkPolicy });
            assert.ok(r.configYaml.includes("hunter2-of-the-proxy"));
            for (const { name, inputs, clearTexts } of r.all) {
                const inTheClear = clearTexts.filter((text) => text.includes("hunter2"));
                assert.deepEqual(inTheClear, [], name);
                if (name !== "registry-config") assert.equal(JSON.stringify(inputs).includes("hunter2"), false, name);
            }
        }
    });
});

refuses("config", {
    "config that is not an object": { of: { config: "log: {}" }, says: ["config: must be an object"] },
});

import * as assert from "node:assert/strict";
import { reasonAgainst } from "../../../../components/arguments/check";
import {
    chartReference,
    httpAddress,
    origin,
    redisAddress,
    registryEndpoint,
    registryHost,
    registryPrefix,
} from "../../../../components/arguments/hosts";

const rules = { registryHost, registryEndpoint, redisAddress, registryPrefix, origin, httpAddress, chartReference };

const label = (length: number) => "a".repeat(length);
const port = "the port must be 1 to 65535";
const login = "remove the user name and the password";
const meant = (value: string) => `did you mean \`${value}\`?`;
const hub = (value: string) =>
    `clients look for a name without a dot and a port on Docker Hub; write e.g. \`${value}:443\``;

/** Valid values, and wrong ones with the advice in the error. */
const cases: Record<keyof typeof rules, { accepts: string[]; rejects: [value: unknown, advice?: string][] }> = {
    // As github.com/distribution/reference v0.6.0 splits a reference, except upper case and IPv6 addresses.
    registryHost: {
        accepts: [
            ...["registry.example.com", "registry.example.com:8443", "registry:5000", "localhost", "localhost:5000"],
            ...["10.0.0.1", "10.0.0.1:5000", "a.b", "xn--rgistry-bya.example.com", "1.example.com", "a--b.example.com"],
            ...["a.b:1", "a.b:65535", `${label(63)}.${label(63)}`],
        ],
        rejects: [
            ["registry", hub("registry")],
            ["Registry", hub("registry")],
            ["my-registry", hub("my-registry")],
            ["https://registry", hub("registry")],
            ["docker.io", "clients look for it on Docker Hub; use another name"],
            ["index.docker.io", "clients look for it on Docker Hub; use another name"],
            ["Registry.Example.com", meant("registry.example.com")],
            ["https://registry.example.com", meant("registry.example.com")],
            ["https://registry.example.com:8443/v2/", meant("registry.example.com:8443")],
            ["registry.example.com/team", meant("registry.example.com")],
            ["registry.example.com.", meant("registry.example.com")],
            ["registry.example.com.:5000", meant("registry.example.com:5000")],
            ["registry.example.com:08443", meant("registry.example.com:8443")],
            [" registry.example.com", meant("registry.example.com")],
            ["régistry.example.com", meant("xn--rgistry-bya.example.com")],
            ["registry.example.com:0", port],
            ["registry.example.com:65536", port],
            ["registry.example.com:https", port],
            ["registry:5000:5000", port],
            ["my_registry.example.com", "a host name has no underscores"],
            ["[2001:db8::7]:443", "use a name instead of an IPv6 address"],
            ["2001:db8::7", "use a name instead of an IPv6 address"],
            ["10.0.0.256"],
            ["registry.1"],
            ["5000"],
            ["a..b"],
            ["-a.b"],
            ["a-.b"],
            ["*.example.com"],
            [`${label(64)}.com`],
            [""],
            [5000],
            [["registry.example.com"]],
        ],
    },
    registryEndpoint: {
        accepts: ["a:1", "10.0.0.1", "203.0.113.7:443", "registry.example.com", "[2001:db8::7]", "[2001:db8::7]:443"],
        rejects: [
            ["registry", hub("registry")],
            ["https://10.0.0.1", meant("10.0.0.1")],
            ["2001:db8::7", meant("[2001:db8::7]")],
            ["[2001:DB8::7]:443", meant("[2001:db8::7]:443")],
            ["[2001:db8::7]:", meant("[2001:db8::7]")],
            ["10.0.0.1:70000", port],
            ["[2001:db8::7]:70000"],
            ["[10.0.0.1]:443"],
            ["[2001:db8::7]:0"],
        ],
    },
    redisAddress: {
        accepts: ["redis:6379", "redis.example.com:6380", "10.0.0.1:6379", "[2001:db8::7]:6379"],
        rejects: [
            ["redis", meant("redis:6379")],
            ["10.0.0.1", meant("10.0.0.1:6379")],
            ["::1", meant("[::1]:6379")],
            ["redis://redis.example.com:6380/0", meant("redis.example.com:6380")],
            ["redis://redis", meant("redis:6379")],
            ["redis:0", port],
        ],
    },
    registryPrefix: {
        accepts: [
            "mirror.example.com",
            "mirror.example.com/hub",
            "mirror:5000/a/b-c/d__e",
            "localhost/hub",
            "10.0.0.1/a",
        ],
        rejects: [
            ["mirror", hub("mirror")],
            ["mirror/hub", hub("mirror")],
            ["https://mirror.example.com/hub", meant("mirror.example.com/hub")],
            ["mirror.example.com/hub/", meant("mirror.example.com/hub")],
            ["mirror.example.com/Hub", meant("mirror.example.com/hub")],
            ["mirror.example.com:0/hub", port],
            ["mirror.example.com/a..b", meant("mirror.example.com")],
        ],
    },
    origin: {
        accepts: [
            "https://a",
            "http://a:9000",
            "https://10.0.0.1",
            "https://[2001:db8::7]:9000",
            "http://minio.minio.svc:9000",
        ],
        rejects: [
            ["s3.example.com", meant("https://s3.example.com")],
            ["minio:9000", meant("https://minio:9000")],
            ["http://minio:9000/", meant("http://minio:9000")],
            ["https://s3.example.com/", meant("https://s3.example.com")],
            ["https://s3.example.com/images", meant("https://s3.example.com")],
            ["https://S3.Example.com", meant("https://s3.example.com")],
            ["https://2001:db8::7", meant("https://[2001:db8::7]")],
            ["https://s3.example.com:99999", port],
            ["s3://images", "name the bucket in `bucket`, and omit the endpoint for Amazon S3"],
            ["see https://a"],
            ["https://"],
            ["https://a b"],
        ],
    },
    httpAddress: {
        accepts: [
            "https://charts.example.com",
            "http://charts.example.com:8080/a?b=c",
            "https://charts.example.com/@team",
        ],
        rejects: [["charts.example.com"], ["oci://charts.example.com"], ["https://"], ["https:///charts"]],
    },
    chartReference: {
        accepts: ["docker-registry", "./charts/docker-registry", "/srv/charts/a@1", "oci://charts.example.com/a"],
        rejects: [[""], [" "], [7]],
    },
};

describe("a host name", () => {
    it("has at most 253 characters", () => {
        const name = (length: number) => `${Array(60).fill("abc").join(".")}.`.padEnd(length, "a");
        assert.equal(reasonAgainst(registryHost, name(253)), undefined);
        assert.ok(reasonAgainst(registryHost, name(254)));
        assert.ok(reasonAgainst(registryEndpoint, name(254)));
    });
});

for (const [name, { accepts, rejects }] of Object.entries(cases)) {
    const rule = rules[name as keyof typeof rules];
    describe(`the rule ${name}`, () => {
        for (const value of accepts) {
            it(`accepts ${value}`, () => assert.equal(reasonAgainst(rule, value), undefined));
        }
        for (const [value, advice] of rejects) {
            it(`rejects ${JSON.stringify(value)}: ${advice ?? "(no advice)"}`, () => {
                const end = `, not ${JSON.stringify(value)}${advice === undefined ? "" : `; ${advice}`}`;
                const reason = reasonAgainst(rule, value) ?? "(accepted)";
                assert.ok(reason.endsWith(end), reason);
            });
        }
    });
}

describe("a login in an address", () => {
    const logins = ["u:hunter2@", "https://u:hunter2@", "http://hunter2@", "https://u:hun/hunter2@", "s3://u:hunter2@"];
    for (const [name, rule] of Object.entries(rules)) {
        it(`is rejected and not repeated by ${name}`, () => {
            for (const start of logins) {
                const reason = reasonAgainst(rule, `${start}server.example.com`) ?? "(accepted)";
                assert.doesNotMatch(reason, /hun/);
                assert.match(reason, /^must be/);
            }
            const advice = ["httpAddress", "chartReference"].includes(name) ? /run `helm pull`/ : new RegExp(login);
            assert.match(reasonAgainst(rule, "https://u:hunter2@server.example.com") ?? "", advice);
        });
    }

    it("is not confused with a digest", () => {
        const image = "registry:3.1.2@sha256:abc";
        assert.match(reasonAgainst(registryHost, image) ?? "", /not "registry:3.1.2@sha256:abc"/);
    });
});

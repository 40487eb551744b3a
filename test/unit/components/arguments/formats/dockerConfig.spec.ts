import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { dockerConfigJson, loginFaults, loginsOf } from "../../../../../components/arguments/formats/dockerConfig";

describe("dockerConfigJson", () => {
    const host = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}[a-z](:[1-9][0-9]{0,3})?$/);

    it("has one login for each host, whose auth matches its user name and password", () => {
        fc.assert(
            fc.property(
                fc.uniqueArray(host, { minLength: 1 }),
                fc.stringMatching(/^[^\s:]{1,20}$/),
                fc.string({ unit: "grapheme" }),
                (hosts, username, password) => {
                    const { auths } = JSON.parse(dockerConfigJson(hosts, username, password));
                    assert.deepEqual(Object.keys(auths), hosts);
                    for (const login of Object.values<Record<string, string>>(auths)) {
                        assert.equal(login.username, username);
                        assert.equal(login.password, password);
                        assert.equal(Buffer.from(login.auth, "base64").toString(), `${username}:${password}`);
                    }
                },
            ),
        );
    });
});

describe("loginsOf", () => {
    const login = Buffer.from("ci:secret").toString("base64");
    const read = (auths: object, ...hosts: string[]) => loginsOf(JSON.stringify({ auths }), hosts);

    it("reads what dockerConfigJson writes", () => {
        const content = dockerConfigJson(["a.example", "b.example:8443"], "ci", "secret");
        assert.deepEqual(loginsOf(content, ["a.example", "b.example:8443"]), {
            "a.example": login,
            "b.example:8443": login,
        });
    });

    it("reads auth, or user name and password, of the host or its URL", () => {
        assert.deepEqual(read({ a: { auth: login } }, "a"), { a: login });
        assert.deepEqual(read({ a: { username: "ci", password: "secret" } }, "a"), { a: login });
        assert.deepEqual(read({ "https://a": { auth: login } }, "a"), { a: login });
    });

    it("skips hosts without a valid login", () => {
        const none = { a: {}, b: null, c: { username: "ci" }, d: { auth: 'x"\nevil = "y' }, other: { auth: login } };
        assert.deepEqual(read(none, "a", "b", "c", "d", "e"), {});
    });

    it("prefers a login for all images of the host to others", () => {
        const narrow = { auth: Buffer.from("narrow:secret").toString("base64") };
        const auths = { "a.b/team": narrow, "*.b": narrow, "https://a.b/v2/": { auth: login } };
        assert.deepEqual(read(auths, "a.b"), { "a.b": login });
        assert.deepEqual(read({ "a.b/team": narrow }, "a.b"), { "a.b": narrow.auth });
    });
});

describe("loginFaults", () => {
    const host = "registry.example.com";
    const auth = Buffer.from("ci:secret").toString("base64");
    const faults = (auths: object, ...hosts: string[]) => loginFaults(JSON.stringify({ auths }), hosts);

    // TestDockerKeyringForGlob, TestKeyringMiss and BasicDockerKeyring.Add of k8s.io/kubernetes 1.35.8, pkg/credentialprovider.
    const sameHost = [
        host,
        `https://${host}`,
        `http://${host}`,
        `https://${host}/`,
        `https://${host}/v2/`,
        `${host}/v1/`,
        `${host}/team`,
        `https://${host}/v2/team`,
        "*.example.com",
        "https://*.example.com/v1/",
        "reg*.example.com",
        "registry.*.com",
        "*.*.*",
    ];
    for (const key of sameHost) {
        it(`reads ${key} as a login for ${host}`, () => assert.deepEqual(faults({ [key]: { auth } }, host), []));
    }

    const otherHosts = [
        `${host}:443`,
        `${host}:8443`,
        `https://${host}:443/v2/`,
        "example.com",
        "*.com",
        "*",
        "*.example.com:443",
        "*.*.example.com",
        "Registry.example.com",
        `a.${host}`,
        "registry.example.co",
        "registryXexample.com",
    ];
    for (const key of otherHosts) {
        it(`does not read ${key} as a login for ${host}`, () => {
            const [fault] = faults({ [key]: { auth } }, host);
            assert.ok(fault?.startsWith(`has no login for ${host}`), fault);
        });
    }

    it("compares ports", () => {
        assert.deepEqual(faults({ [`https://${host}:8443/v2/`]: { auth } }, `${host}:8443`), []);
        assert.deepEqual(faults({ "*.example.com:8443": { auth } }, `${host}:8443`), []);
        assert.deepEqual(faults({ [host]: { auth } }, `${host}:8443`), [
            `has no login for ${host}:8443 but for ${host}; write the port as in the names of images`,
        ]);
    });

    it("reads each form of a login that kubelets read", () => {
        for (const entry of [
            { auth },
            { auth: auth.replace(/=+$/, "") },
            { auth: Buffer.from("ci:with:colons").toString("base64") },
            { username: "ci", password: "secret" },
            { username: "ci", password: "secret", auth },
            { username: "ci", password: "secret", identitytoken: "x" },
        ]) {
            assert.deepEqual(faults({ [host]: entry }, host), [], JSON.stringify(entry));
        }
    });

    it("names a token, which kubelets ignore", () => {
        const token = `has no login for ${host} but a token, which kubelets ignore; set user name and password in auths`;
        const azure = Buffer.from("00000000-0000-0000-0000-000000000000:").toString("base64");
        for (const entry of [
            { identitytoken: "hunter2" },
            { registrytoken: "hunter2" },
            { auth: azure, identitytoken: "hunter2" },
        ]) {
            assert.deepEqual(faults({ [host]: entry }, host), [token]);
        }
    });

    it("names a login that cannot be decoded, because kubelets then ignore all of them", () => {
        const wrong = ["aHVudGVyMg==", "hunter2!", "x", `${auth}=`];
        for (const entry of [...wrong.map((value) => ({ auth: value })), { username: 1 }, { auth: {} }]) {
            assert.deepEqual(faults({ [host]: { auth }, "other.example.com": entry }, host), [
                "has a login for other.example.com that cannot be decoded, so kubelets ignore all logins; set auth to the base64 of user name, colon and password",
            ]);
        }
    });

    it("names where Docker keeps a login", () => {
        const kept = (config: object) => loginFaults(JSON.stringify({ auths: {}, ...config }), [host])[0];
        assert.ok(
            kept({ credsStore: "desktop" }).startsWith(`has no login for ${host}; Docker keeps it in credsStore`),
        );
        assert.ok(kept({ credHelpers: { [host]: "gcr" } }).includes("; Docker keeps it in credHelpers"));
        assert.ok(kept({ credHelpers: { "gcr.io": "gcr" } }).endsWith("; set its user name and password in auths"));
        assert.ok(kept({ credsStore: "pass", credHelpers: { [host]: "gcr" } }).includes("in credHelpers"));
    });

    it("is about each host without a login", () => {
        assert.deepEqual(
            faults({ "a.example": { auth } }, "a.example", "b.example", "c.example").map((fault) => fault.slice(0, 29)),
            ["has no login for b.example; s", "has no login for c.example; s"],
        );
    });
});

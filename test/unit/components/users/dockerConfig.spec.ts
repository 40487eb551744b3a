import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { dockerConfigJson, loginsOf } from "../../../../components/users/dockerConfig";

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
});

import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { dockerConfigJson } from "../../../components/dockerConfig";

describe("dockerConfigJson", () => {
    const host = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}[a-z](:[1-9][0-9]{0,3})?$/);

    it("has one login for each host, whose auth says the same as its user and password", () => {
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

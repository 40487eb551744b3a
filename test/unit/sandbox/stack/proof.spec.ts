import * as assert from "node:assert/strict";
import { loginOf } from "../../../../sandbox/stack/proof";

describe("the login of the sandbox's own pushes", () => {
    const outputs = {
        namespaceName: "registry",
        serviceName: "registry",
        username: "ci",
        password: "hunter2hunter2",
        dockerConfigJson: JSON.stringify({
            auths: { "registry.example.com": { username: "puller-1", password: "x", auth: "cHVsbGVyLTE6eA==" } },
        }),
        caCertPem: "",
    };

    it("is the first user's", () => {
        assert.deepEqual(loginOf(outputs), { username: "ci", password: "hunter2hunter2" });
    });

    it("is the pull secrets' user if only a hash of the first user's password is known", () => {
        assert.deepEqual(loginOf({ ...outputs, password: "" }), { username: "puller-1", password: "x" });
    });
});

import * as assert from "node:assert/strict";
import { loginOf } from "../../../../sandbox/stack/proof";

describe("the login of the sandbox's own pushes", () => {
    const outputs = {
        namespaceName: "registry",
        serviceName: "registry",
        username: "ci",
        password: "hunter2hunter2",
        dockerConfigJson: JSON.stringify({ auths: { "registry.example.com": { auth: "cHVsbGVyLTE6eA==" } } }),
        caCertPem: "",
    };

    it("is the first user's", () => {
        assert.equal(Buffer.from(loginOf(outputs), "base64").toString(), "ci:hunter2hunter2");
    });

    it("is the pull secrets' user if only a hash of the first user's password is known", () => {
        assert.equal(Buffer.from(loginOf({ ...outputs, password: "" }), "base64").toString(), "puller-1:x");
    });
});

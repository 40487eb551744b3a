import * as assert from "node:assert/strict";
import { ask, inSandbox, namespaceOfPods, pullByKubelet, pushImage, RegistryStack, stepwise, until } from "../harness";

/** What `htpasswd -nbB ci '<password>'` of Apache 2.4.71 printed, and `htpasswd -nbB -C 10 anna '<password>'`, without the names. */
const ci = {
    password: "correct horse battery staple 7",
    hash: "$2y$05$aMBlAFTv3V.7RXtg9i.yveBef9ydBn.rMPHp4diJHsmLo7LatmU3e",
};
const anna = {
    password: "weak but kept",
    hash: "$2y$10$9ypo74ESvBBuFOb8ZwHEs.DrCcxvJqDlbV8B0CqJkIXyWgB4oy3m.",
};

describe("users with a hash from htpasswd", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("hash-team");
    const registry = new RegistryStack(
        "hash",
        {
            namespace: "hash",
            users: [{ name: "ci" }, { name: "anna" }, { name: "ops" }],
            storage: { memory: {} },
            pullSecrets: { namespaces: ["hash-team"] },
        },
        // As in `htpasswd -nB ci | cut -d: -f2 | pulumi config set --secret hash-ci`, with the empty line that htpasswd prints.
        { "hash-ci": `${ci.hash}\n\n`, "hash-anna": anna.hash },
    );
    after(() => registry.remove());
    const status = (username: string, password: string) => ask(registry.outputs, "/v2/", { username, password });

    it("log in with their passwords, which the outputs do not contain", async () => {
        await registry.up();
        const { username, password, credentials } = registry.outputs;
        assert.equal(username, "ci");
        assert.equal(password, "");
        assert.deepEqual(Object.keys(credentials), ["ops"]);
        assert.equal(await status("ci", ci.password), 200);
        assert.equal(await status("anna", anna.password), 200);
        assert.equal(await status("ops", credentials.ops), 200);
    });

    it("do not log in with anything else", async () => {
        assert.equal(await status("ci", anna.password), 401);
        assert.equal(await status("ci", ci.hash), 401);
        assert.equal(await status("ci", ""), 401);
    });

    it("change nothing when nothing changes, and leave pull secrets as they are", async () => {
        await registry.expectNoChange();
        const image = await pushImage(registry);
        const secret = registry.outputs.pullSecretNames["hash-team"];
        await pullByKubelet(`${registry.outputs.host}/${image}`, "hash-team", secret);
    });

    it("get another password without a rollout", async () => {
        const pods = await registry.pods();
        registry.secrets["hash-ci"] = anna.hash;
        await registry.up();
        await until("the new hash", 120, async () => (await status("ci", anna.password)) === 200);
        assert.equal(await status("ci", ci.password), 401);
        assert.deepEqual(await registry.pods(), pods);
    });

    it("are rejected if the hash is set as a password, without repeating it", async () => {
        registry.secrets = { "hash-anna": anna.hash, "password-ci": `ci:${ci.hash}` };
        const stack = new RegistryStack("hash-as-password", registry.args, registry.secrets);
        try {
            const { code, stdout, stderr } = await stack.pulumi("preview");
            const output = stdout + stderr;
            assert.notEqual(code, 0);
            assert.ok(output.includes("users[0].password: is a hash, which would be hashed again"), output);
            assert.ok(output.includes("the secret value `hash-<name>`"), output);
            assert.ok(!output.includes(ci.hash.slice(10)));
        } finally {
            await stack.remove();
        }
    });
});

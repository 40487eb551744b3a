import * as assert from "node:assert/strict";
import {
    ask,
    inSandbox,
    kubectl,
    loginOf,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    secondsOf,
    stepwise,
} from "../harness";
import { describePulls, pullDuring } from "../pullLoop";

describe("rotation during a loop of pulls", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("rotation-team");
    const registry = new RegistryStack("rotation", {
        namespace: "rotation",
        users: [{ name: "admin" }, { name: "ci" }],
        pullSecrets: { namespaces: ["rotation-team"] },
    });
    let image: string;
    let pods: string[];

    before(async () => {
        await registry.up();
        image = await pushImage(registry);
        pods = await registry.pods();
    });
    after(() => registry.remove());

    /** Changes the registry during a loop of pulls with the pull secrets' old credentials. */
    async function change(what: string, args: Partial<typeof registry.args>): Promise<void> {
        const login = loginOf(registry.outputs.dockerConfigJson);
        registry.args = { ...registry.args, ...args };
        let seconds = 0;
        const seen = await pullDuring(registry.outputs, image, login, async () => {
            seconds = await secondsOf(() => registry.up());
        });
        console.log(`${describePulls(what, seen)}; pulumi up took ${seconds.toFixed(1)} s`);
        assert.ok(seen.pulls > 10, "the loop ran");
        assert.deepEqual(seen.failures, []);
        await pullByKubelet(
            `${registry.outputs.host}/${image}`,
            "rotation-team",
            registry.outputs.pullSecretNames["rotation-team"],
        );
    }

    it("outputs a user's new password when the registry accepts it, and rejects the old one", async () => {
        const before = registry.outputs;
        await change("password", { users: [{ name: "admin", generation: 2 }, { name: "ci" }] });
        const { username, password, credentials } = registry.outputs;
        assert.notEqual(password, before.password);
        assert.equal(await ask(registry.outputs, "/v2/", { username, password }), 200);
        assert.equal(await ask(registry.outputs, "/v2/", { username, password: before.password }), 401);
        assert.equal(credentials.ci, before.credentials.ci);
        assert.deepEqual(await registry.pods(), pods, "the pods did not roll");
        await registry.expectNoChange();
    });

    it("rotates the pull secrets' user while the previous one still works", async () => {
        const before = loginOf(registry.outputs.dockerConfigJson);
        await change("pull secrets", { pullGeneration: 2 });
        const now = loginOf(registry.outputs.dockerConfigJson);
        assert.notEqual(now.username, before.username);
        assert.equal(await ask(registry.outputs, "/v2/", now), 200, "the new user is known at once");
        assert.equal(await ask(registry.outputs, "/v2/", before), 200);
        assert.deepEqual(await registry.pods(), pods, "the pods did not roll");
    });

    it("serves a new certificate", async () => {
        const before = registry.outputs.certificateExpiry;
        await change("certificate", { tls: { selfSigned: { generation: 2 } } });
        assert.notEqual(registry.outputs.certificateExpiry, before);
        pods = await rolled();
    });

    it("serves a certificate of a new CA, which nodes already trust", async () => {
        await change("authority", { tls: { selfSigned: { generation: 2, authorityGeneration: 2 } } });
        pods = await rolled();
    });

    it("serves a changed configuration", async () => {
        await change("configuration", { config: { http: { headers: { "X-Changed": ["yes"] } } } });
        pods = await rolled();
        const names = await kubectl("get secrets --namespace rotation --output json");
        assert.ok(Buffer.from(configOf(names), "base64").toString().includes("X-Changed"));
        await registry.expectNoChange();
    });

    async function rolled(): Promise<string[]> {
        const now = await registry.pods();
        assert.notDeepEqual(now, pods, "the pods rolled");
        return now;
    }
});

function configOf(secrets: string): string {
    const found = JSON.parse(secrets).items.filter(
        (secret: { data?: Record<string, string> }) => secret.data?.["config.yml"],
    );
    assert.equal(found.length, 1);
    return found[0].data["config.yml"];
}

import * as assert from "node:assert/strict";
import * as path from "node:path";
import { attempt, run } from "../../../sandbox/command";
import { commandBlocks } from "../../commandBlocks";
import { inSandbox, kubectl, namespaceOfPods, pullByKubelet, pushImage, RegistryStack, theSandbox } from "../harness";

const namespace = "accounts-team";

/** A command of docs/troubleshooting.md for the namespace of the test. */
function documented(part: string): string[] {
    const all = commandBlocks("troubleshooting").map(({ commands }) => commands);
    const found = all.filter((commands) => commands.includes("patch serviceaccount") && commands.includes(part));
    assert.equal(found.length, 1, part);
    return ["bash", "-euc", found[0].replace("--namespace team", `--namespace ${namespace}`)];
}

describe("a service account that already has another pull secret", () => {
    inSandbox();
    namespaceOfPods(namespace);
    const registry = new RegistryStack("accounts", {
        namespace: "accounts",
        storage: { memory: {} },
        pullSecrets: { namespaces: [namespace], serviceAccounts: ["default"] },
    });
    const withoutAccount = { namespaces: [namespace] };
    const inCluster = () => ({ env: theSandbox().environment });
    let image: string;

    before(async () => {
        registry.args = { ...registry.args, pullSecrets: withoutAccount };
        await registry.up();
        image = await pushImage(registry);
    });
    after(() => registry.remove());

    const patchByHand = () =>
        run(
            [
                ...["kubectl", "--namespace", namespace, "patch", "serviceaccount", "default", "--type", "merge"],
                ...["--patch", JSON.stringify({ imagePullSecrets: [{ name: "regcred" }] })],
            ],
            inCluster(),
        );

    async function pullSecretsOfAccount(): Promise<string[]> {
        const account = JSON.parse(await kubectl(`get serviceaccount default --namespace ${namespace} --output json`));
        return (account.imagePullSecrets ?? []).map(({ name }: { name: string }) => name);
    }

    async function upWithAccount() {
        registry.args = { ...registry.args, pullSecrets: { ...withoutAccount, serviceAccounts: ["default"] } };
        return registry.pulumi("up", "--yes", "--skip-preview");
    }

    beforeEach(patchByHand);
    afterEach(async () => {
        registry.args = { ...registry.args, pullSecrets: withoutAccount };
        await registry.up();
    });

    it("is rejected with a message that docs/troubleshooting.md explains, and keeps its pull secret", async () => {
        const { code, stdout, stderr } = await upWithAccount();
        assert.notEqual(code, 0);
        // The first one is the manager of what was written before any server-side apply to the service account.
        assert.match(
            stdout + stderr,
            /conflict with "(before-first-apply|kubectl-patch)" using v1: \.imagePullSecrets/,
        );
        assert.deepEqual(await pullSecretsOfAccount(), ["regcred"]);
        const page = path.join(__dirname, "../../../docs/troubleshooting.md");
        const { code: found } = await attempt(["grep", "-qF", "using v1: .imagePullSecrets", page]);
        assert.equal(found, 0, "the documentation has the message");
    });

    it("gets both with `kubectl patch`, if it is not in serviceAccounts", async () => {
        await run(documented('"name": "registry-pull"'), inCluster());
        assert.deepEqual((await pullSecretsOfAccount()).sort(), ["regcred", "registry-pull"]);
        await registry.expectNoChange();
        await pullByKubelet(`${registry.outputs.host}/${image}`, namespace, undefined);
    });

    it("gets the registry's after its list was removed", async () => {
        await run(documented('"op": "remove"'), inCluster());
        const { code, stdout, stderr } = await upWithAccount();
        assert.equal(code, 0, stdout + stderr);
        assert.deepEqual(await pullSecretsOfAccount(), ["registry-pull"]);
        await registry.expectNoChange();
        await pullByKubelet(`${registry.outputs.host}/${image}`, namespace, undefined);
    });
});

import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { SandboxStack } from "../../../sandbox/stack/stack";
import type { StackOutputs } from "../../../settings";
import { allowedChanges, type Change } from "../../upgrade/allowedChanges";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    stepwise,
    theSandbox,
} from "../harness";
import { checkOut, previousCommit } from "../previousRelease";

/** test/unit/upgrade.spec.ts compares the names in Pulumi's state for every kind of registry. */
describe("a stack of the previous release", () => {
    stepwise();
    const previous = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-previous-"));
    const registry = new RegistryStack("upgraded", {
        namespace: "upgraded",
        users: [{ name: "admin" }, { name: "ci" }],
        pullSecrets: { namespaces: ["upgraded-team"], serviceAccounts: ["default"] },
    });
    let image: string;
    let claim: string;

    inSandbox();
    namespaceOfPods("upgraded-team");
    after(async () => {
        fs.rmSync(previous, { recursive: true, force: true });
        if (registry.outputs) await registry.remove();
    });

    const claimIdentity = () =>
        kubectl("get persistentvolumeclaims --namespace upgraded --output jsonpath={.items[*].metadata.uid}");

    it("is deployed by the previous release", async () => {
        await checkOut(await previousCommit(), previous);
        const old = new SandboxStack(theSandbox(), "upgraded", previous);
        await old.prepare(stringify({ config: { "private-registry:registry": registry.args } }));
        const { code, stdout, stderr } = await old.pulumi(["up", "--yes", "--skip-preview"]);
        assert.equal(code, 0, stdout + stderr);
        registry.outputs = await old.outputs<StackOutputs>();
        image = await pushImage(registry);
        claim = await claimIdentity();
        assert.match(claim, /^[0-9a-f-]{36}$/);
    });

    it("has only the changes in test/upgrade/changes.json with this release", async () => {
        const { code, stdout, stderr } = await registry.pulumi("preview", "--json");
        assert.equal(code, 0, stdout + stderr);
        const steps: { op: string; urn: string }[] = JSON.parse(stdout).steps;
        const changes = steps
            .filter(({ op }) => op !== "same")
            .map(({ op, urn }): Change => ({ operation: op, resource: urn.split("$").at(-1) as string }));
        const allowed = allowedChanges().map(({ operation, resource }) => ({ operation, resource }));
        assert.deepEqual(changes, allowed);
    });

    it("keeps its claim, passwords and CA with this release, and then does not change", async () => {
        const { password, dockerConfigJson, caCertPem } = registry.outputs;
        await registry.up();
        assert.equal(await claimIdentity(), claim);
        const now = registry.outputs;
        assert.deepEqual([now.password, now.dockerConfigJson, now.caCertPem], [password, dockerConfigJson, caCertPem]);
        await registry.expectNoChange();
    });

    it("serves the old images", () => {
        const secret = registry.outputs.pullSecretNames["upgraded-team"];
        return pullByKubelet(`${registry.outputs.host}/${image}`, "upgraded-team", secret);
    });
});

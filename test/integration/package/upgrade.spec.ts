import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { attempt } from "../../../sandbox/command";
import { repositoryRoot } from "../../../sandbox/paths";
import { SandboxStack } from "../../../sandbox/stack/stack";
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

/** The last release, or whatever commit UPGRADE_FROM names. */
async function previousRelease(): Promise<string | undefined> {
    if (process.env.UPGRADE_FROM) return process.env.UPGRADE_FROM;
    const git = ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"];
    const { code, stdout } = await attempt(git, { cwd: repositoryRoot });
    return code === 0 ? stdout.trim() : undefined;
}

/** What every release is held to without a cluster is in test/unit/upgrade.spec.ts. */
describe("a stack that the previous release made", () => {
    stepwise();
    const previous = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-previous-"));
    const registry = new RegistryStack("upgraded", {
        namespace: "upgraded",
        pullSecrets: { namespaces: ["upgraded-team"] },
    });
    let image: string;
    let claim: string;

    before(async function () {
        const release = await previousRelease();
        if (release === undefined) {
            console.log(
                "skipped: there is no release yet; UPGRADE_FROM=<commit> takes another program as the previous one",
            );
            this.skip();
        }
        const archive = execFileSync("git", ["archive", release], { cwd: repositoryRoot, maxBuffer: 1 << 28 });
        execFileSync("tar", ["-x", "-C", previous], { input: archive });
        fs.symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(previous, "node_modules"));
    });
    inSandbox();
    namespaceOfPods("upgraded-team");
    after(async () => {
        fs.rmSync(previous, { recursive: true, force: true });
        if (registry.outputs) await registry.remove();
    });

    const claimIdentity = () =>
        kubectl("get persistentvolumeclaims --namespace upgraded --output jsonpath={.items[*].metadata.uid}");

    it("comes up under the previous release", async () => {
        const old = new SandboxStack(theSandbox(), "upgraded", previous);
        await old.prepare(stringify({ config: { "private-registry:registry": registry.args } }));
        const { code, stdout, stderr } = await old.pulumi(["up", "--yes", "--skip-preview"]);
        assert.equal(code, 0, stdout + stderr);
        registry.outputs = await old.outputs();
        image = await pushImage(registry);
        claim = await claimIdentity();
        assert.match(claim, /^[0-9a-f-]{36}$/);
    });

    it("comes up under this one with the same claim, passwords and authority", async () => {
        const { password, dockerConfigJson, caCertPem } = registry.outputs;
        await registry.up();
        assert.equal(await claimIdentity(), claim);
        const now = registry.outputs;
        assert.deepEqual([now.password, now.dockerConfigJson, now.caCertPem], [password, dockerConfigJson, caCertPem]);
    });

    it("serves the images of before", () => {
        const secret = registry.outputs.pullSecretNames["upgraded-team"];
        return pullByKubelet(`${registry.outputs.host}/${image}`, "upgraded-team", secret);
    });
});

import * as assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { rules } from "../../../policy/rules";
import type { CommandResult } from "../../../sandbox/command";
import { run } from "../../../sandbox/command";
import { repositoryRoot } from "../../../sandbox/paths";
import { policyOptions } from "../../../sandbox/stack/policies";
import { SandboxStack } from "../../../sandbox/stack/stack";
import { inSandbox, kubectl, RegistryStack, theSandbox } from "../harness";

const source = ["--policy-pack", path.join(repositoryRoot, "policy")];
const secret = "planted-7dc2f0";

/** The violated rules in a command's output, with their levels. */
function violated({ stdout }: CommandResult): Record<string, string> {
    const lines = [...stdout.matchAll(/^\s+- \[(\w+)\] .*?\s(?:\[severity: \w+\]\s+)?([a-z-]+)\s+\(/gm)];
    return Object.fromEntries(lines.map(([, level, name]) => [name, level]));
}

describe("the policy pack, run by the engine", function () {
    this.timeout(180_000);
    inSandbox();

    it("allows the stack dev, also from the pack's sources", async () => {
        const stack = new SandboxStack(theSandbox(), "dev");
        await stack.prepare();
        const result = await stack.pulumi(["preview", ...source]);
        assert.equal(result.code, 0, result.stdout + result.stderr);
        assert.deepEqual(violated(result), {});
        assert.match(result.stdout, /private-registry@v0\.1\.0/);
    });

    for (const name of ["dev", "prod"]) {
        it(`allows the stack ${name} with its profile`, async () => {
            const stack = new SandboxStack(theSandbox(), name);
            await stack.prepare();
            const result = await stack.pulumi(["preview", ...policyOptions(name)]);
            assert.equal(result.code, 0, result.stdout + result.stderr);
            assert.deepEqual(violated(result), {});
        });
    }

    it("allows a deployed stack, with every value known, with the profile strict", async () => {
        const dev = parse(readFileSync(path.join(repositoryRoot, "Pulumi.dev.yaml"), "utf8"));
        const registry = new RegistryStack("policies", {
            ...dev.config["private-registry:registry"],
            networkPolicy: {},
            maintenance: {},
        });
        try {
            const result = await registry.pulumi("up", "--yes", "--skip-preview", ...policyOptions("x", "strict"));
            assert.equal(result.code, 0, result.stdout + result.stderr);
            assert.deepEqual(violated(result), {});
        } finally {
            await registry.remove();
        }
    });

    describe("on a bad registry", () => {
        const bad = () => new SandboxStack(theSandbox(), "bad", path.join(__dirname, "bad"));
        const resourceRules = rules.filter((rule) => "check" in rule);
        const settings: Record<string, object> = {
            "allowed-hosts": { hosts: ["none"] },
            "allowed-namespaces": { namespaces: ["none"] },
            "allowed-storage-classes": { storageClasses: ["none"] },
        };
        /** A configuration file with some mandatory rules and their exceptions, and the others disabled. */
        function only(some: readonly { name: string }[], ...except: object[]): string[] {
            const file = path.join(theSandbox().folder, "policies.json");
            const levels = rules.map(({ name }) => [
                name,
                some.some((rule) => rule.name === name)
                    ? { enforcementLevel: "mandatory", ...settings[name], except }
                    : "disabled",
            ]);
            writeFileSync(file, JSON.stringify(Object.fromEntries(levels)));
            return ["--policy-pack", path.join(repositoryRoot, "dist", "policy"), "--policy-pack-config", file];
        }

        before(() => bad().prepare(stringify({ config: { "bad-registry:planted": secret } })));
        after(() =>
            run(["pulumi", "stack", "rm", "bad", "--yes", "--preserve-config"], {
                env: theSandbox().environment,
                cwd: bad().program,
            }),
        );

        it("reports every violation of a resource with its fix, without secrets, and creates nothing", async () => {
            const result = await bad().pulumi(["up", "--yes", ...only(resourceRules)]);
            const output = result.stdout + result.stderr;
            assert.notEqual(result.code, 0);
            assert.deepEqual(
                Object.keys(violated(result)).sort(),
                resourceRules.map(({ name }) => name).sort(),
                output,
            );
            for (const { fix } of resourceRules) assert.ok(output.includes(fix), `${fix} is not in: ${output}`);
            assert.ok(!output.includes(secret), output);
            await assertNothingCreated();
        });

        it("reports every violation of the whole stack, if no single resource has one", async () => {
            const stackRules = rules.filter((rule) => !("check" in rule));
            const result = await bad().pulumi(["up", "--yes", ...only(stackRules)]);
            const output = result.stdout + result.stderr;
            assert.notEqual(result.code, 0);
            assert.deepEqual(Object.keys(violated(result)).sort(), stackRules.map(({ name }) => name).sort(), output);
            for (const { fix } of stackRules) assert.ok(output.includes(fix), `${fix} is not in: ${output}`);
            assert.ok(!output.includes(secret), output);
            await assertNothingCreated();
        });

        it("blocks each bad resource of an update without a preview, too", async () => {
            const result = await bad().pulumi(["up", "--yes", "--skip-preview", ...only(resourceRules)]);
            assert.notEqual(result.code, 0);
            assert.equal(await kubectl("get deployments --namespace images --ignore-not-found --output name"), "");
            const destroyed = await bad().pulumi(["destroy", "--yes", "--skip-preview"]);
            assert.equal(destroyed.code, 0, destroyed.stdout + destroyed.stderr);
        });

        it("judges what the exceptions of a rule leave", async () => {
            const rule = { name: "login-on-exposed-paths" };
            const found = await bad().pulumi(["preview", ...only([rule])]);
            assert.deepEqual(violated(found), { [rule.name]: "mandatory" }, found.stdout);
            const mirror = { kind: "Deployment", namespace: "images", name: "mirror" };
            const excepted = only([rule], { ...mirror, reason: "a cache of public images" });
            const allowed = await bad().pulumi(["preview", ...excepted]);
            assert.equal(allowed.code, 0, allowed.stdout + allowed.stderr);
            assert.deepEqual(violated(allowed), {});
        });

        for (const name of ["login-on-exposed-paths", "pinned-images"]) {
            it(`refuses an exception without a reason of the rule ${name}, once`, async () => {
                const result = await bad().pulumi(["preview", ...only([{ name }], { kind: "Deployment", name: "*" })]);
                assert.notEqual(result.code, 0);
                const sentences = result.stdout.match(/\.except\[0\]\.reason: must say in a few words/g);
                assert.equal(sentences?.length, 1, result.stdout + result.stderr);
            });
        }

        it("refuses settings of another type before anything else", async () => {
            const result = await bad().pulumi(["preview", ...only([{ name: "pinned-images" }], "Deployment" as never)]);
            assert.notEqual(result.code, 0);
            assert.match(
                result.stdout + result.stderr,
                /pinned-images: except\.0: Invalid type\. Expected: object, given: string/,
            );
        });

        async function assertNothingCreated(): Promise<void> {
            const state = JSON.parse(
                await run(["pulumi", "stack", "export", "--stack", "bad"], {
                    env: theSandbox().environment,
                    cwd: bad().program,
                }),
            );
            const made = (state.deployment.resources ?? []).filter(
                ({ type }: { type: string }) => !type.startsWith("pulumi:"),
            );
            assert.deepEqual(made, []);
            assert.equal(await kubectl("get namespace images --ignore-not-found --output name"), "");
        }
    });
});

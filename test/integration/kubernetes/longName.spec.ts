import * as assert from "node:assert/strict";
import * as path from "node:path";
import { stringify } from "yaml";
import { run } from "../../../sandbox/command";
import { SandboxStack } from "../../../sandbox/stack/stack";
import { inSandbox, kubectl, stepwise, theSandbox } from "../harness";

describe("a registry with the longest name, MinIO, Redis and rotated passwords", () => {
    stepwise();
    inSandbox("minio", "redis");
    const program = path.resolve(__dirname, "longName");
    const stackName = "long";
    const passwords: string[] = [];
    const stack = () => new SandboxStack(theSandbox(), stackName, program);

    async function pulumi(generation: number, ...command: string[]): Promise<void> {
        await stack().prepare(stringify({ config: { "long-name:generation": generation } }));
        const { code, stdout, stderr } = await stack().pulumi([...command, "--yes", "--skip-preview"]);
        assert.equal(code, 0, stdout + stderr);
    }

    after(async () => {
        if (!stack().exists()) return;
        const options = { env: theSandbox().environment, cwd: program };
        await run(["pulumi", "state", "unprotect", "--all", "--yes", "--stack", stackName], options);
        await pulumi(1, "destroy");
        await run(["pulumi", "stack", "rm", stackName, "--yes", "--preserve-config"], options);
    });

    for (const generation of [1, 2, 3]) {
        it(`is deployed with generation ${generation} of a password`, async () => {
            await pulumi(generation, "up");
            const { password } = await stack().outputs<{ password: string }>();
            assert.ok(!passwords.includes(password));
            passwords.push(password);
        });
    }

    it("does not change or drift, although Kubernetes stores its quantities in another form", async () => {
        await pulumi(3, "up", "--expect-no-changes");
        await pulumi(3, "refresh", "--expect-no-changes");
    });

    it("has a pod of every part", async () => {
        const list = await kubectl("get pods --namespace long-name --output json");
        const pods: { metadata: { labels: Record<string, string> } }[] = JSON.parse(list).items;
        const parts = pods.map(({ metadata }) => metadata.labels["app.kubernetes.io/component"]);
        for (const part of ["server", "minio", "redis"]) assert.ok(parts.includes(part), `${part} is not in ${parts}`);
    });
});

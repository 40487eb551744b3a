import * as assert from "node:assert/strict";
import * as path from "node:path";
import { stringify } from "yaml";
import { run } from "../../../sandbox/command";
import { SandboxStack } from "../../../sandbox/stack/stack";
import { inSandbox, kubectl, namespaceOfPods, stepwise, theSandbox } from "../harness";

describe("two registries in a namespace that already exists", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("tools");
    const program = path.resolve(__dirname, "../shared");

    after(() =>
        run(["pulumi", "stack", "rm", "shared", "--yes", "--force", "--preserve-config"], {
            env: theSandbox().environment,
            cwd: program,
        }),
    );

    it("have different namespaces for their nodes' agents, and the images' credentials before every pod", async () => {
        const stack = new SandboxStack(theSandbox(), "shared", program);
        await stack.prepare(stringify({ config: {} }));
        const up = await stack.pulumi(["up", "--yes", "--skip-preview"]);
        assert.equal(up.code, 0, up.stdout + up.stderr);
        const again = await stack.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
        assert.equal(again.code, 0, again.stdout + again.stderr);
        for (const name of ["images", "charts"]) {
            for (const namespace of ["tools", `${name}-node`]) {
                const selector = `--namespace ${namespace} --selector app.kubernetes.io/name=private-registry`;
                const { items } = JSON.parse(await kubectl(`get pods ${selector} --output json`));
                const own = items.filter(({ metadata }: { metadata: { labels: Record<string, string> } }) =>
                    metadata.labels["app.kubernetes.io/instance"].startsWith(name),
                );
                assert.equal(own.length, 1, `${name} in ${namespace}`);
                assert.deepEqual(own[0].spec.imagePullSecrets, [{ name: `${name}-image-credentials` }]);
                const secret = `secret ${name}-image-credentials --namespace ${namespace}`;
                const created = await kubectl(`get ${secret} --output jsonpath={.metadata.creationTimestamp}`);
                assert.ok(created <= own[0].metadata.creationTimestamp, `${created} in ${namespace}`);
            }
        }
        const down = await stack.pulumi(["destroy", "--yes", "--skip-preview"]);
        assert.equal(down.code, 0, down.stdout + down.stderr);
        assert.equal(await kubectl("get secrets --namespace tools --output name"), "");
    });
});

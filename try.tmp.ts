import * as path from "node:path";
import { stringify } from "yaml";
import { openSandbox } from "./sandbox/sandbox";
import { SandboxStack } from "./scripts/stack";
async function main() {
    const sandbox = openSandbox("h-policy")!;
    const stack = new SandboxStack(sandbox, "bad", path.resolve("test/integration/policy/bad"));
    await stack.prepare(stringify({ config: { "bad-registry:planted": "planted-7dc2f0" } }));
    const r = await stack.pulumi(["up", "--yes", "--policy-pack", path.resolve("dist/policy")]);
    console.log(r.stdout, r.stderr, r.code);
}
void main();

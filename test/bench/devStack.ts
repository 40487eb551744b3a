import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { run } from "../../sandbox/command";
import { repositoryRoot } from "../../sandbox/paths";
import type { Sandbox } from "../../sandbox/sandbox";
import { SandboxStack } from "../../sandbox/stack/stack";
import type { StackOutputs } from "../../settings";
import { podUse } from "./podUse";

/** Flags of every measured `pulumi up`, ours and the peer's. */
export const upFlags = ["--yes", "--skip-preview", "--suppress-outputs"];

/** The dev stack, without protection, and without the Jobs that verify the registry. */
export async function openDevStack(sandbox: Sandbox): Promise<SandboxStack> {
    const stack = new SandboxStack(sandbox, "dev");
    const file = fs.readFileSync(path.join(repositoryRoot, "Pulumi.dev.yaml"), "utf8");
    const configuration = parseDocument(file);
    configuration.setIn(["config", "private-registry:registry", "storage", "volume", "deleteWithStack"], true);
    // The peer applies manifests, and proves nothing.
    configuration.deleteIn(["config", "private-registry:registry", "verify"]);
    await stack.prepare(configuration.toString());
    return stack;
}

/** Runs `pulumi` on a stack; throws with its output if it fails. */
export async function pulumi(stack: SandboxStack, args: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await stack.pulumi(args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed (${code}):\n${stdout}${stderr}`);
}

/** The resource usage of the idle registry pod, as the kubelet reports it. */
export async function registryUse(stack: SandboxStack): Promise<string> {
    const { namespaceName } = await stack.outputs<StackOutputs>();
    const kubectl = (...args: string[]) => run(["kubectl", ...args], { env: stack.sandbox.environment });
    const selector = ["--selector", "app.kubernetes.io/component=server", "--field-selector", "status.phase=Running"];
    const list = await kubectl("get", "pods", "--namespace", namespaceName, ...selector, "--output", "json");
    const [pod]: { metadata: { name: string }; spec: { nodeName: string } }[] = JSON.parse(list).items;
    if (pod === undefined) throw new Error(`No pod of the registry runs in ${namespaceName}.`);
    const summary = await kubectl("get", "--raw", `/api/v1/nodes/${pod.spec.nodeName}/proxy/stats/summary`);
    return `The registry's pod, idle: ${podUse(JSON.parse(summary), namespaceName, pod.metadata.name)}.`;
}

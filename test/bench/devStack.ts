import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { run } from "../../sandbox/command";
import { repositoryRoot } from "../../sandbox/paths";
import type { Sandbox } from "../../sandbox/sandbox";
import { SandboxStack } from "../../sandbox/stack/stack";
import type { StackOutputs } from "../../settings";

/** The same flags for every `pulumi up` that is measured, ours and the peer's. */
export const upFlags = ["--yes", "--skip-preview", "--suppress-outputs"];

/** The dev stack, which may be destroyed here. */
export async function openDevStack(sandbox: Sandbox): Promise<SandboxStack> {
    const stack = new SandboxStack(sandbox, "dev");
    const file = fs.readFileSync(path.join(repositoryRoot, "Pulumi.dev.yaml"), "utf8");
    const configuration = parseDocument(file);
    configuration.setIn(["config", "private-registry:registry", "storage", "volume", "deleteWithStack"], true);
    await stack.prepare(configuration.toString());
    return stack;
}

/** Runs `pulumi` on a stack; throws with what it said when it fails. */
export async function pulumi(stack: SandboxStack, args: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await stack.pulumi(args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed (${code}):\n${stdout}${stderr}`);
}

/** What the registry's pod takes while nobody uses it, in the kubelet's words. */
export async function registryUse(stack: SandboxStack): Promise<string> {
    const { environment } = stack.sandbox;
    const { namespaceName } = await stack.outputs<StackOutputs>();
    const names = await run(["kubectl", "get", "nodes", "--output", "jsonpath={.items[*].metadata.name}"], {
        env: environment,
    });
    const path = `/api/v1/nodes/${names.split(" ")[0]}/proxy/stats/summary`;
    const { pods }: { pods: PodUse[] } = JSON.parse(await run(["kubectl", "get", "--raw", path], { env: environment }));
    const pod = pods.find(({ podRef }) => podRef.namespace === namespaceName);
    const memory = Math.round((pod?.memory?.workingSetBytes ?? Number.NaN) / 2 ** 20);
    const cpu = (pod?.cpu?.usageNanoCores ?? Number.NaN) / 1e6;
    return `The registry's pod, idle: ${memory} MiB of memory, ${cpu.toFixed(1)} thousandths of a core.`;
}

interface PodUse {
    readonly podRef: { readonly namespace: string };
    readonly memory?: { readonly workingSetBytes?: number };
    readonly cpu?: { readonly usageNanoCores?: number };
}

import { run } from "../../sandbox/command";
import type { SandboxStack } from "../../sandbox/stack/stack";

export interface Manifest {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Resource {
    readonly type: string;
    readonly custom: boolean;
    readonly inputs?: unknown;
}

/** The key that marks a secret in Pulumi's state. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** Every Kubernetes object of a stack, as it was sent to the API server, in the order of creation. */
export async function manifestsOf(stack: SandboxStack): Promise<Manifest[]> {
    const command = ["pulumi", "stack", "export", "--show-secrets", "--stack", stack.name, "--non-interactive"];
    const stdout = await run(command, { env: stack.sandbox.environment, cwd: stack.program });
    const { deployment }: { deployment: { resources: Resource[] } } = JSON.parse(stdout);
    return deployment.resources
        .filter(({ type, custom }) => custom && type.startsWith("kubernetes:"))
        .map(({ inputs }) => readable(inputs) as Manifest);
}

/** Decrypts secrets, and removes the providers' internal fields. */
function readable(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(readable);
    if (typeof value !== "object" || value === null) return value;
    if (secretMark in value && "plaintext" in value) return readable(JSON.parse(String(value.plaintext)));
    const entries = Object.entries(value).filter(([key]) => !key.startsWith("__"));
    return Object.fromEntries(entries.map(([key, inner]) => [key, readable(inner)]));
}

/** Applies the manifests with kubectl and waits until the pod of their one Deployment is ready. */
export async function kubectlApply(manifests: readonly Manifest[], env: NodeJS.ProcessEnv): Promise<void> {
    const deployment = manifests.find(({ kind }) => kind === "Deployment");
    if (deployment?.metadata.namespace === undefined) throw new Error("The stack has no Deployment to wait for.");
    const { name, namespace } = deployment.metadata;
    await run(["kubectl", "apply", "--filename", "-"], { env, input: list(manifests) });
    await run(["kubectl", "--namespace", namespace, "rollout", "status", `deployment/${name}`, "--timeout", "120s"], {
        env,
    });
}

/** Deletes the objects in the manifests, and waits until they are deleted. */
export async function kubectlDelete(manifests: readonly Manifest[], env: NodeJS.ProcessEnv): Promise<void> {
    await run(["kubectl", "delete", "--ignore-not-found", "--filename", "-"], { env, input: list(manifests) });
}

function list(items: readonly Manifest[]): string {
    return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

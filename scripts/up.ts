import { attempt, runInTerminal } from "../sandbox/command";
import { repositoryRoot } from "../sandbox/paths";
import { printProgress } from "../sandbox/progress";
import { type Sandbox, startSandbox } from "../sandbox/sandbox";
import { type Options, runCommand } from "../sandbox/stack/commandLine";
import { type Context, userContext } from "../sandbox/stack/kubeconfig";
import { policyOptions } from "../sandbox/stack/policies";
import { loginOf, prove } from "../sandbox/stack/proof";
import { SandboxStack } from "../sandbox/stack/stack";
import type { StackOutputs } from "../settings";

const usage = `npm run up [-- --stack <name>]

Deploys the registry.
With a current context in the kubeconfig: shows the cluster, then runs an ordinary interactive \`pulumi up\`.
Without one: starts the sandbox, a Kubernetes cluster with one node on this machine, deploys the stack, pushes an image, and starts
a pod that pulls it.
The policies in policy/ apply in both cases: profile strict to stacks whose name begins with prod, baseline to the others.

  --stack <name>  the stack, whose configuration is Pulumi.<name>.yaml; defaults to dev
  --name <name>   the sandbox; defaults to default
  --help          this text`;

function main({ stack, name }: Options): Promise<number> {
    const context = userContext();
    return context === undefined ? upInSandbox(stack, name) : upInCluster(context, stack);
}

/** An ordinary `pulumi up`, which asks before it changes anything. */
async function upInCluster(context: Context, stack: string): Promise<number> {
    console.log(`Cluster: ${context.name} at ${context.server}`);
    if (!process.stdin.isTTY) {
        console.error(
            "This would change your own cluster, and asks for confirmation, which needs a terminal. Run it in a terminal,",
        );
        console.error(
            `or run \`pulumi up --stack ${stack}\` yourself; to use the sandbox instead, set KUBECONFIG= in front of the command.`,
        );
        return 1;
    }
    const found = await attempt(["pulumi", "version"], { env: process.env }).catch(() => undefined);
    if (found === undefined) {
        console.error(
            "The Pulumi command line is not on PATH; install it from pulumi.com/docs/install, then run this again.",
        );
        return 1;
    }
    const options = { env: { ...process.env, PULUMI_NODEJS_TRANSPILE_ONLY: "true" }, cwd: repositoryRoot };
    const selected = await runInTerminal(["pulumi", "stack", "select", "--create", stack], options);
    return selected === 0
        ? runInTerminal(["pulumi", "up", "--stack", stack, ...policyOptions(stack)], options)
        : selected;
}

async function upInSandbox(stackName: string, name: string): Promise<number> {
    const started = Date.now();
    const sandbox = await startSandbox({ name, progress: printProgress });
    const stack = new SandboxStack(sandbox, stackName);
    await stack.prepare();
    printProgress(`pulumi up, stack ${stackName}`);
    const code = await stack.pulumiInTerminal([
        "up",
        "--yes",
        "--skip-preview",
        "--suppress-outputs",
        ...policyOptions(stackName),
    ]);
    if (code !== 0) return code;
    const outputs = await stack.outputs<StackOutputs>();
    const [namespace] = Object.keys(outputs.pullSecretNames);
    if (namespace === undefined) {
        console.error(
            `The stack ${stackName} creates no pull secret, so no pod can pull; list a namespace in pullSecrets.namespaces.`,
        );
        return 1;
    }
    printProgress("Pushing an image, and starting a pod that pulls it");
    const proof = await prove(outputs, namespace, sandbox.environment, printProgress);
    const total = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`
Proven:
  pushed  ${proof.image}
          with crane, as ${loginOf(outputs).username}, over TLS, in ${proof.pushSeconds.toFixed(1)} s
  pulled  by the kubelet for a pod in the namespace ${namespace}, which ran ${proof.pullSeconds.toFixed(1)} s later
          "${proof.kubelet}"
  in all  ${total} s
${instructions(sandbox, stack, outputs)}`);
    return 0;
}

/** With a `passwordHash`, only the user knows the password. */
function passwordCommand(stack: SandboxStack, { password }: StackOutputs): string {
    const output = `pulumi stack output password --show-secrets --stack ${stack.name}`;
    return password === "" ? "echo <password>" : output;
}

function instructions(sandbox: Sandbox, stack: SandboxStack, outputs: StackOutputs): string {
    const namespace = Object.keys(outputs.pullSecretNames)[0];
    return `
Use it (each in a shell that ran \`eval "$(npm run -s sandbox -- env)"\`):
  reach it      kubectl --namespace ${outputs.namespaceName} port-forward service/${outputs.serviceName} 5443:443
  trust it      pulumi stack output caCertPem --stack ${stack.name} >ca.pem; export SSL_CERT_FILE=$PWD/ca.pem
  log in        ${passwordCommand(stack, outputs)} |
                  crane auth login localhost:5443 --username ${outputs.username} --password-stdin
  push          crane push image.tar localhost:5443/team/app:1
  pull          crane pull localhost:5443/team/app:1 image.tar
  in a pod      image: ${outputs.host}/team/app:1
                imagePullSecrets: [{ name: ${outputs.pullSecretNames[namespace]} }]    (in the namespace ${namespace})
Tear it down:
  npm run down              shuts everything down; images and keys stay in ${sandbox.folder}
  npm run down -- --purge   deletes those and the caches too`;
}

void runCommand(usage, ["stack", "name"], main);

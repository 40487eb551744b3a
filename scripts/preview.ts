import { runInTerminal } from "../sandbox/command";
import { repositoryRoot } from "../sandbox/paths";
import { printProgress } from "../sandbox/progress";
import { startSandbox } from "../sandbox/sandbox";
import { type Options, runCommand } from "../sandbox/stack/commandLine";
import { userContext } from "../sandbox/stack/kubeconfig";
import { policyOptions } from "../sandbox/stack/policies";
import { SandboxStack } from "../sandbox/stack/stack";

const usage = `npm run preview [-- --stack <name>]

Shows what \`npm run up\` would do, in the same cluster, and whether the policies allow it; changes nothing. It fails if a mandatory
policy is violated.

  --stack <name>  the stack, whose configuration is Pulumi.<name>.yaml; defaults to dev
  --name <name>   the sandbox; defaults to default
  --help          this text`;

async function main({ stack, name }: Options): Promise<number> {
    const context = userContext();
    if (context !== undefined) {
        console.log(`Cluster: ${context.name} at ${context.server}`);
        const env = { ...process.env, PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
        return runInTerminal(["pulumi", "preview", "--stack", stack, ...policyOptions(stack)], {
            env,
            cwd: repositoryRoot,
        });
    }
    const inSandbox = new SandboxStack(await startSandbox({ name, progress: printProgress }), stack);
    await inSandbox.prepare();
    return inSandbox.pulumiInTerminal(["preview", ...policyOptions(stack)]);
}

void runCommand(usage, ["stack", "name"], main);

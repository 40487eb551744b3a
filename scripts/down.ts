import { rmSync } from "node:fs";
import { describeStored } from "../sandbox/cluster/diskUsage";
import { cacheFolder } from "../sandbox/paths";
import { openSandbox, stopSandbox } from "../sandbox/sandbox";
import { type Options, runCommand } from "../sandbox/stack/commandLine";
import { SandboxStack } from "../sandbox/stack/stack";

const usage = `npm run down [-- --stack <name>] [-- --purge]

Undoes \`npm run up\` in the sandbox: destroys the stack, except resources that are protected because they contain images, and stops
the sandbox. Images, keys and state stay in the sandbox's directory, and the next \`npm run up\` uses them.
It never changes your own cluster; there, run \`pulumi destroy --exclude-protected\`.

  --stack <name>  the stack; defaults to dev
  --purge         delete the sandbox's data and the caches too
  --name <name>   the sandbox; defaults to default
  --help          this text`;

async function main({ stack, name, purge }: Options): Promise<number> {
    const sandbox = openSandbox(name);
    if (sandbox !== undefined && !purge) await destroy(new SandboxStack(sandbox, stack));
    const stored = await stopSandbox({ name, purge });
    if (purge) rmSync(cacheFolder, { recursive: true, force: true });
    console.log(purge ? "Its data and the caches are deleted." : describeStored(stored));
    return 0;
}

/** If the stack cannot be destroyed, the sandbox is stopped in any case: its objects stay in the cluster's data. */
async function destroy(stack: SandboxStack): Promise<void> {
    if (!stack.exists()) return;
    const code = await stack.pulumiInTerminal(["destroy", "--yes", "--exclude-protected"]);
    if (code !== 0)
        console.error(`The stack ${stack.name} could not be destroyed; the sandbox is stopped without destroying it.`);
}

void runCommand(usage, ["stack", "name", "purge"], main);

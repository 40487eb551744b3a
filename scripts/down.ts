import { rmSync } from "node:fs";
import { describeStored } from "../sandbox/cluster/diskUsage";
import { cacheFolder } from "../sandbox/paths";
import { openSandbox, stopSandbox } from "../sandbox/sandbox";
import { type Options, runCommand } from "../sandbox/stack/commandLine";
import { SandboxStack } from "../sandbox/stack/stack";

const usage = `npm run down [-- --stack <name>] [-- --purge]

Undoes what \`npm run up\` did in the sandbox: destroys the stack, but for what is protected because it holds images, and ends the
sandbox. The images, keys and state stay in the sandbox's folder, and the next \`npm run up\` goes on with them.
A cluster of yours is never touched; there, run \`pulumi destroy --exclude-protected\`.

  --stack <name>  the stack; defaults to dev
  --purge         delete the sandbox's data and the caches too
  --name <name>   the sandbox; defaults to default
  --help          this text`;

async function main({ stack, name, purge }: Options): Promise<number> {
    const sandbox = openSandbox(name);
    if (sandbox !== undefined && !purge) await destroy(new SandboxStack(sandbox, stack));
    const stored = await stopSandbox({ name, purge });
    if (purge) rmSync(cacheFolder, { recursive: true, force: true });
    console.log(purge ? "Nothing of it stays on the disk." : describeStored(stored));
    return 0;
}

/** A stack that cannot be destroyed does not keep the sandbox up: its objects stay with the cluster's data. */
async function destroy(stack: SandboxStack): Promise<void> {
    if (!stack.exists()) return;
    const code = await stack.pulumiInTerminal(["destroy", "--yes", "--exclude-protected"]);
    if (code !== 0) console.error(`The stack ${stack.name} could not be destroyed; the sandbox is ended with it.`);
}

void runCommand(usage, ["stack", "name", "purge"], main);

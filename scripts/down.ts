import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { cacheFolder } from "../sandbox/paths";
import { printProgress } from "../sandbox/progress";
import { openSandbox, stopSandbox } from "../sandbox/sandbox";
import { SandboxStack } from "./stack";

const usage = `npm run down [-- --stack <name>] [-- --purge]

Undoes what \`npm run up\` did in the sandbox: destroys the stack, but for what is protected because it holds images, and ends the
sandbox. The images, keys and state stay in the sandbox's folder, and the next \`npm run up\` goes on with them.
A cluster of yours is never touched; there, run \`pulumi destroy --exclude-protected\`.

  --stack <name>  the stack; defaults to dev
  --purge         delete the sandbox's data and the caches too
  --name <name>   the sandbox; defaults to default
  --help          this text`;

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: {
            stack: { type: "string", default: "dev" },
            name: { type: "string", default: "default" },
            purge: { type: "boolean" },
            help: { type: "boolean" },
        },
    });
    if (values.help) {
        console.log(usage);
        return 0;
    }
    const sandbox = openSandbox(values.name);
    if (sandbox !== undefined && !values.purge) {
        const code = await new SandboxStack(sandbox, values.stack).pulumiInTerminal([
            "destroy",
            "--yes",
            "--exclude-protected",
        ]);
        if (code !== 0) return code;
    }
    const stored = await stopSandbox({ name: values.name, purge: values.purge });
    if (values.purge) rmSync(cacheFolder, { recursive: true, force: true });
    for (const folder of values.purge ? [] : stored) console.log(`Stays on disk: ${JSON.stringify(folder)}`);
    printProgress("Nothing runs any more.");
    return 0;
}

main().then(
    (code) => process.exit(code),
    (error: Error) => {
        console.error(error.message);
        process.exit(1);
    },
);

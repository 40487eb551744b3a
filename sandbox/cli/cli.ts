import { spawnSync } from "node:child_process";
import { describeStored } from "../cluster/diskUsage";
import { repositoryRoot } from "../paths";
import { clearProgress } from "../progress";
import { openSandbox, type Sandbox, startSandbox, stopSandbox } from "../sandbox";
import { CommandLineError, type Invocation, parseCommandLine, usage } from "./commandLine";
import { logFile } from "./logs";
import { exportLines } from "./shell";
import { describeStatus } from "./status";

/** Runs a command line, and returns the exit code. */
async function main(invocation: Invocation): Promise<number> {
    const { name } = invocation;
    switch (invocation.command) {
        case "help":
            console.log(usage);
            return 0;
        case "up":
            await startSandbox({ name, nodes: invocation.nodes });
            return 0;
        case "down":
            console.log(describeStored(await stopSandbox({ name, purge: invocation.purge })));
            return 0;
        case "status": {
            const status = await describeStatus(name);
            console.log(status.text);
            console.log(describeStored(status.stored));
            return status.isUp ? 0 : 1;
        }
        case "env":
            console.log(exportLines(running(name).environment, process.env));
            return 0;
        case "kubectl":
            return runInside("kubectl", invocation.args, running(name), process.env.INIT_CWD ?? process.cwd());
        case "pulumi":
            return runInside("pulumi", invocation.args, running(name), repositoryRoot);
        case "logs": {
            const follow = invocation.follow ? ["--follow=name"] : [];
            return runToEnd("tail", ["--lines=200", ...follow, logFile(name, invocation.part, invocation.node)]);
        }
    }
}

function running(name: string): Sandbox {
    const sandbox = openSandbox(name);
    if (!sandbox) {
        throw new Error(`The sandbox "${name}" does not run; \`npm run sandbox -- up --name ${name}\` starts it.`);
    }
    return sandbox;
}

function runInside(program: string, args: readonly string[], { environment }: Sandbox, folder: string): number {
    return runToEnd(program, args, { env: environment, cwd: folder });
}

function runToEnd(
    program: string,
    args: readonly string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): number {
    const { status, error } = spawnSync(program, args, { stdio: "inherit", ...options });
    if (error) throw error;
    return status ?? 1;
}

async function run(): Promise<void> {
    try {
        process.exitCode = await main(parseCommandLine(process.argv.slice(2)));
    } catch (error) {
        clearProgress();
        console.error(error instanceof Error ? error.message : error);
        // Other running work, such as a build, stops with this process.
        process.exit(error instanceof CommandLineError ? 2 : 1);
    }
}

void run();

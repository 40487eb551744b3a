import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { attempt, type CommandResult, run, runInTerminal } from "../command";
import { repositoryRoot } from "../paths";
import type { Sandbox } from "../sandbox";

/**
 * A stack of a program in a sandbox. Its configuration file is a copy in the sandbox's folder, for Pulumi writes the salt of
 * the sandbox's passphrase into it.
 */
export class SandboxStack {
    private readonly folder: string;

    constructor(
        readonly sandbox: Sandbox,
        readonly name: string,
        readonly program: string = repositoryRoot,
    ) {
        const project: { name: string } = parse(fs.readFileSync(path.join(program, "Pulumi.yaml"), "utf8"));
        this.folder = path.join(sandbox.folder, "stacks", project.name);
    }

    get configFile(): string {
        return path.join(this.folder, `Pulumi.${this.name}.yaml`);
    }

    exists(): boolean {
        return fs.existsSync(this.configFile);
    }

    /** Creates the stack unless it exists, with the configuration in the program's file, or the given one. */
    async prepare(configuration?: string): Promise<void> {
        const source = path.join(this.program, `Pulumi.${this.name}.yaml`);
        const text = configuration ?? (fs.existsSync(source) ? fs.readFileSync(source, "utf8") : "");
        const salt = this.exists() ? saltLine(fs.readFileSync(this.configFile, "utf8")) : undefined;
        fs.mkdirSync(this.folder, { recursive: true, mode: 0o700 });
        fs.copyFileSync(path.join(this.program, "Pulumi.yaml"), path.join(this.folder, "Pulumi.yaml"));
        fs.writeFileSync(this.configFile, salt === undefined ? text : `${salt}\n${text}`, { mode: 0o600 });
        if (salt !== undefined) return;
        // With copies of the project's files, because Pulumi writes a new stack's salt next to them.
        await run(["pulumi", "stack", "select", "--create", this.name, "--non-interactive"], {
            env: this.sandbox.environment,
            cwd: this.folder,
        });
    }

    /** Adds a secret value to the configuration that `prepare` wrote. */
    async setSecret(key: string, value: string): Promise<void> {
        const [pulumi, verb, ...options] = this.command(["config"]);
        await run([pulumi, verb, "set", ...options, "--secret", key], {
            env: this.sandbox.environment,
            cwd: this.program,
            input: value,
        });
    }

    /** Runs `pulumi` on the stack, e.g. `pulumi(["up", "--yes"])`. */
    pulumi(args: readonly string[]): Promise<CommandResult> {
        return attempt(this.command(args), { env: this.sandbox.environment, cwd: this.program });
    }

    /** Runs `pulumi` in the user's terminal, with its live output; returns the exit code. */
    pulumiInTerminal(args: readonly string[]): Promise<number> {
        const command = this.command(args).filter((word) => word !== "--non-interactive" || !process.stdout.isTTY);
        return runInTerminal(command, { env: this.sandbox.environment, cwd: this.program });
    }

    /** The outputs of the program, with the caller's types. */
    async outputs<Outputs = Record<string, unknown>>(): Promise<Outputs> {
        const command = [
            "pulumi",
            "stack",
            "output",
            "--json",
            "--show-secrets",
            "--stack",
            this.name,
            "--non-interactive",
        ];
        return JSON.parse(await run(command, { env: this.sandbox.environment, cwd: this.program }));
    }

    /** The command line of a `pulumi` command on the stack, to be run in the program's directory. */
    command([verb, ...args]: readonly string[]): string[] {
        return ["pulumi", verb, "--stack", this.name, "--config-file", this.configFile, "--non-interactive", ...args];
    }
}

function saltLine(text: string): string | undefined {
    return /^encryptionsalt: .*$/m.exec(text)?.[0];
}

import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { repositoryRoot } from "../../../sandbox/paths";
import { standIns } from "../../../sandbox/plugins/standIns";
import { theSandbox } from "../harness";

const execute = promisify(execFile);

/** Runs programs, one after the other, with the real engine and this clone's stand-ins. */
export class Workbench {
    private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "plugins-"));
    private readonly pathBefore = process.env.PATH;
    private stack!: Stack;
    private environment!: Record<string, string>;

    /** Options for Pulumi.yaml's runtime, e.g. `{ typescript: true }`. */
    static async start(
        options: Record<string, unknown> = { typescript: false },
        mainFile = "index.js",
    ): Promise<Workbench> {
        const bench = new Workbench();
        const sandbox = theSandbox();
        const home = path.join(bench.folder, "home");
        const bin = path.join(bench.folder, "bin");
        const state = path.join(bench.folder, "state");
        for (const folder of [home, bin, state, bench.program]) fs.mkdirSync(folder);
        for (const [name, { script }] of Object.entries(standIns)) {
            const wrapper = `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`;
            fs.writeFileSync(path.join(bin, name), wrapper, { mode: 0o755 });
        }
        const known = Object.entries(sandbox.environment).filter(
            (entry): entry is [string, string] => entry[1] !== undefined,
        );
        bench.environment = {
            ...Object.fromEntries(known),
            PATH: [bin, sandbox.environment.PATH].join(path.delimiter),
            PULUMI_HOME: home,
            PULUMI_BACKEND_URL: `file://${state}`,
            PULUMI_CONFIG_PASSPHRASE: "passphrase",
            PULUMI_CONFIG_PASSPHRASE_FILE: "",
            PULUMI_NODEJS_TRANSPILE_ONLY: "true",
            PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
        };
        // The automation API looks for `pulumi` there, regardless of its environment variables.
        process.env.PATH = bench.environment.PATH;
        fs.symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(bench.folder, "node_modules"));
        fs.writeFileSync(
            path.join(bench.program, "package.json"),
            JSON.stringify({ name: "program", version: "1.0.0" }),
        );
        const project = { name: "plugins", main: mainFile, runtime: { name: "nodejs", options } };
        fs.writeFileSync(path.join(bench.program, "Pulumi.yaml"), JSON.stringify(project));
        bench.write("", mainFile);
        bench.stack = await LocalWorkspace.createStack(
            { stackName: "test", workDir: bench.program },
            { envVars: bench.environment, pulumiHome: home },
        );
        return bench;
    }

    /** The program's directory. */
    get program(): string {
        return path.join(this.folder, "program");
    }

    /** Writes the program, in which `tls`, `random`, `command` and `pulumi` are imported. */
    write(body: string, file = "index.js"): void {
        const sdks = ["tls", "random", "command", "pulumi"].filter((sdk) => body.includes(sdk));
        const imports = sdks.map((sdk) => `const ${sdk} = require("@pulumi/${sdk}");`);
        fs.writeFileSync(path.join(this.program, file), [...imports, body].join("\n"));
    }

    /** Runs `up`; returns the numbers of created, updated, replaced, ... resources, and the output. */
    async up(body?: string): Promise<{ changes: Record<string, number>; stdout: string }> {
        if (body !== undefined) this.write(body);
        const { summary, stdout } = await this.stack.up({ color: "never" });
        return { changes: meaningful(summary.resourceChanges), stdout };
    }

    /** Runs `up`, which must fail; returns its output. */
    async failingUp(body: string): Promise<string> {
        this.write(body);
        return failure(this.stack.up({ color: "never" }));
    }

    async failingPreview(body: string): Promise<string> {
        this.write(body);
        return failure(this.stack.preview({ color: "never" }));
    }

    async preview(body?: string): Promise<Record<string, number>> {
        if (body !== undefined) this.write(body);
        return meaningful((await this.stack.preview({ color: "never" })).changeSummary);
    }

    async refresh(): Promise<{ changes: Record<string, number>; stdout: string }> {
        const { summary, stdout } = await this.stack.refresh({ color: "never" });
        return { changes: meaningful(summary.resourceChanges), stdout };
    }

    async destroy(): Promise<Record<string, number>> {
        return meaningful((await this.stack.destroy({ color: "never" })).summary.resourceChanges);
    }

    /** The program's outputs, including secrets. */
    async outputs(): Promise<Record<string, unknown>> {
        const entries = Object.entries(await this.stack.outputs());
        return Object.fromEntries(entries.map(([name, { value }]) => [name, value]));
    }

    setConfig(key: string, value: string, secret = false): Promise<void> {
        return this.stack.setConfig(key, { value, secret });
    }

    /** All files of the backend and the project's directory, as one string. */
    stored(): string {
        const files = [path.join(this.folder, "state"), this.program].flatMap((folder) =>
            fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
        );
        const written = files.filter(({ name }) => name !== "index.js" && name !== "index.ts");
        return written
            .map((entry) => fs.readFileSync(path.join(entry.parentPath ?? entry.path, entry.name), "utf8"))
            .join("\n");
    }

    /** Runs the Pulumi CLI in the program's directory. */
    async pulumi(...args: string[]): Promise<{ stdout: string; stderr: string }> {
        return this.run("pulumi", args);
    }

    /** Runs a preview with refresh; returns its output, and the engine's log without the responses that the SDK logs. */
    async verbosePreview(): Promise<{ display: string; log: string }> {
        const flags = ["--stack", "test", "--non-interactive", "--diff", "--refresh", "--logtostderr", "-v=3"];
        const { stdout, stderr } = await this.pulumi("preview", ...flags);
        const lines = stderr.split("\n").filter((line) => !line.includes("RegisterResource RPC finished"));
        return { display: stdout, log: lines.join("\n") };
    }

    private async run(file: string, args: string[]) {
        const options = { cwd: this.program, env: this.environment, maxBuffer: 64 * 1024 * 1024 };
        return execute(file, args, options);
    }

    /** Removes everything that the tests created. */
    async end(): Promise<void> {
        process.env.PATH = this.pathBefore;
        fs.rmSync(this.folder, { recursive: true, force: true });
    }
}

/** Fails if the string contains the secret, with what precedes it. */
export function assertAbsent(secret: string, text: string, where: string): void {
    const start = text.indexOf(secret);
    const context = text.slice(Math.max(0, start - 400), Math.max(0, start));
    assert.equal(start, -1, `a secret is in the ${where}, after: ${context}`);
}

/** Without unchanged resources and the stack itself. */
function meaningful(changes: Record<string, number | undefined> = {}): Record<string, number> {
    const { same, ...rest } = changes;
    const counts = Object.entries(rest).filter((entry): entry is [string, number] => !!entry[1]);
    return Object.fromEntries(counts);
}

async function failure(attempt: Promise<unknown>): Promise<string> {
    try {
        await attempt;
    } catch (error) {
        return (error as Error).message;
    }
    throw new Error("it should have failed");
}

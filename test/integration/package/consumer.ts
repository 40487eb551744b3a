import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../../sandbox/command";
import { printProgress } from "../../../sandbox/progress";
import { packProgram, push } from "../../../sandbox/stack/proof";
import { SandboxStack } from "../../../sandbox/stack/stack";
import type { StackOutputs } from "../../../settings";
import { loginOf, pullByKubelet, theSandbox } from "../harness";

/** The outputs of a registry that the examples export. */
export type ExampleOutputs = Pick<StackOutputs, "host" | "username" | "password" | "dockerConfigJson" | "caCertPem">;

/** Pushes an image with the outputs of an example, whose registry has the default names, and pulls it. */
export async function pushAndPull(outputs: ExampleOutputs, namespace: string, pullSecret?: string): Promise<void> {
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-test-"));
    const image = `team/app-${randomBytes(4).toString("hex")}:1`;
    try {
        const archive = path.join(work, "image.tar");
        await packProgram(archive, randomBytes(1024), printProgress);
        const reachable = { ...outputs, namespaceName: "registry", serviceName: "registry" };
        await push(reachable, archive, image, work, theSandbox().environment);
    } finally {
        fs.rmSync(work, { recursive: true, force: true });
    }
    await pullByKubelet(`${outputs.host}/${image}`, namespace, pullSecret);
}

/** Checks that the state of a stack on disk does not contain the secret outputs. */
export function assertEncrypted(state: string, outputs: Partial<ExampleOutputs>): void {
    const secrets = [
        outputs.password,
        ...(outputs.dockerConfigJson ? [loginOf(outputs.dockerConfigJson).password] : []),
    ];
    assert.ok(state.includes("private-registry:index:PrivateRegistry"), "this is not the state of a registry");
    for (const secret of secrets) {
        assert.ok(secret !== undefined && secret.length >= 8, "there is no secret to look for");
        assert.equal(state.includes(secret), false, "the state holds a secret in the clear");
    }
}

/** A program in another project, with a stack in the sandbox. */
export class Consumer {
    private readonly stack: SandboxStack;

    constructor(readonly folder: string) {
        this.stack = new SandboxStack(theSandbox(), "test", folder);
    }

    /** Runs `pulumi` on the stack, and returns its output. */
    async pulumi(...args: string[]): Promise<string> {
        if (!this.stack.exists()) await this.stack.prepare("");
        const { code, stdout, stderr } = await this.stack.pulumi(args);
        assert.equal(code, 0, `pulumi ${args[0]} in ${this.folder}: ${stdout}${stderr}`);
        return stdout;
    }

    async up(): Promise<StackOutputs> {
        await this.pulumi("up", "--yes", "--skip-preview");
        await this.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
        return this.stack.outputs<StackOutputs>();
    }

    /** The state on disk, encrypted. */
    state(): Promise<string> {
        return run(["pulumi", "stack", "export", "--stack", "test"], this.options);
    }

    /** Destroys everything, including the protected claim and namespace, and removes the stack. */
    async remove(): Promise<void> {
        if (!this.stack.exists()) return;
        await run(["pulumi", "state", "unprotect", "--all", "--yes", "--stack", "test"], this.options);
        await this.pulumi("destroy", "--yes", "--skip-preview");
        await run(["pulumi", "stack", "rm", "test", "--yes", "--preserve-config"], this.options);
        fs.rmSync(this.stack.configFile);
    }

    private get options() {
        return { env: theSandbox().environment, cwd: this.folder };
    }
}

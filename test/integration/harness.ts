import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import type { PrivateRegistryArgs } from "../../components";
import { attempt, type CommandResult, run } from "../../sandbox/command";
import { type ImageName, packImages } from "../../sandbox/images/images";
import { dataFolder, repositoryRoot } from "../../sandbox/paths";
import { printProgress } from "../../sandbox/progress";
import { type Sandbox, startSandbox, stopSandbox } from "../../sandbox/sandbox";
import { crane, packProgram, podManifest, push } from "../../sandbox/stack/proof";
import { SandboxStack } from "../../sandbox/stack/stack";
import type { StackOutputs } from "../../settings";

/** Milliseconds for a start on a machine that first has to compile Kubernetes and all other tools. */
export const firstStartLimit = 60 * 60_000;

/** Mocha runs the files in processes, each with a separate sandbox. */
const sandboxName = `test-${process.env.MOCHA_WORKER_ID ?? 0}`;
let sandbox: Sandbox | undefined;

/** In a `describe`: starts the sandbox before its tests, with these images in addition to the default ones. It is stopped after all files. */
export function inSandbox(...images: ImageName[]): void {
    before(async function () {
        if (process.platform !== "linux" || process.getuid?.() !== 0) {
            console.log("skipped: the sandbox needs Linux and root");
            this.skip();
        }
        this.timeout(firstStartLimit);
        sandbox ??= await startSandbox({ name: sandboxName });
        for (const archive of Object.values(await packImages(images, printProgress))) await sandbox.loadImage(archive);
    });
}

/** In a `describe` whose tests depend on the previous ones: skips the tests after a failure. */
export function stepwise(): void {
    let isBroken = false;
    beforeEach(function () {
        if (isBroken) this.skip();
    });
    afterEach(function () {
        isBroken ||= this.currentTest?.state === "failed";
    });
}

/** Mocha calls it before all files, in a separate process. It removes what a killed run left. */
export const mochaGlobalSetup = removeSandboxes;

/** Mocha calls it after all files. */
export const mochaGlobalTeardown = removeSandboxes;

async function removeSandboxes(): Promise<void> {
    if (!fs.existsSync(dataFolder)) return;
    for (const name of fs.readdirSync(dataFolder).filter((folder) => /^test-\d+$/.test(folder))) {
        await stopSandbox({ name, purge: true });
    }
}

export function theSandbox(): Sandbox {
    assert.ok(sandbox, "the sandbox is not up; call inSandbox() in the describe");
    return sandbox;
}

/** Restarts the sandbox, with its data. */
export async function restartSandbox(): Promise<void> {
    await stopSandbox({ name: sandboxName });
    sandbox = await startSandbox({ name: sandboxName, progress: printProgress });
}

/** Replaces the sandbox, with all its data, by a new one with the same passphrase. */
export async function replaceSandbox(...images: ImageName[]): Promise<void> {
    const passphrase = path.join(theSandbox().folder, "pulumi-passphrase");
    const kept = fs.readFileSync(passphrase);
    await stopSandbox({ name: sandboxName, purge: true });
    sandbox = await startSandbox({ name: sandboxName, progress: printProgress });
    fs.writeFileSync(passphrase, kept, { mode: 0o600 });
    for (const archive of Object.values(await packImages(images, printProgress))) await sandbox.loadImage(archive);
}

export function kubectl(command: string, input?: string): Promise<string> {
    return run(["kubectl", ...command.split(" ")], { env: theSandbox().environment, input });
}

/** Runs `npx private-registry`. */
export function commandLine(args: readonly string[], cwd?: string): Promise<CommandResult> {
    const main = path.join(repositoryRoot, "dist", "cli", "main.js");
    return attempt(["node", main, ...args], { env: theSandbox().environment, cwd });
}

/** Writes an object's status, like a controller that the sandbox does not have. */
export async function writeStatus(namespace: string, object: string, status: object): Promise<void> {
    const patch = ["--subresource=status", "--type=merge", "--patch", JSON.stringify({ status })];
    await run(["kubectl", "--namespace", namespace, "patch", object, ...patch], { env: theSandbox().environment });
}

/** A namespace for pods that pull. It is deleted after the tests of the `describe`, and after the stacks with objects in it. */
export function namespaceOfPods(name: string): void {
    before(async function () {
        await kubectl(`create namespace ${name}`);
        // A hook that is added here runs after the hooks of the `describe` itself.
        this.test?.parent?.afterAll(() => kubectl(`delete namespace ${name} --wait=false --ignore-not-found`));
    });
}

/** A stack of the program, with arguments that a test can change between runs of `up`. */
export class RegistryStack {
    outputs!: StackOutputs;

    constructor(
        readonly name: string,
        public args: PrivateRegistryArgs,
        /** Secret configuration values, in addition to the arguments. */
        public secrets: Record<string, string> = {},
        /** Further configuration values, e.g. options of a provider. */
        readonly settings: Record<string, string> = {},
    ) {}

    get stack(): SandboxStack {
        return new SandboxStack(theSandbox(), this.name);
    }

    /** Runs `pulumi` with the current arguments. */
    async pulumi(...command: string[]): Promise<CommandResult> {
        await this.prepare();
        return this.stack.pulumi(command);
    }

    /** Writes the current arguments to the stack's configuration. */
    async prepare(): Promise<void> {
        await this.stack.prepare(stringify({ config: { ...this.settings, "private-registry:registry": this.args } }));
        for (const [key, value] of Object.entries(this.secrets)) await this.stack.setSecret(key, value);
    }

    async up(...options: string[]): Promise<string> {
        const result = await this.pulumi("up", "--yes", "--skip-preview", ...options);
        assert.equal(result.code, 0, result.stdout + result.stderr);
        this.outputs = await this.stack.outputs<StackOutputs>();
        return result.stdout;
    }

    /** Checks that neither the program nor a refresh finds a change. */
    async expectNoChange(): Promise<void> {
        for (const command of ["up", "refresh"]) {
            const result = await this.pulumi(command, "--yes", "--skip-preview", "--expect-no-changes", "--diff");
            assert.equal(result.code, 0, `pulumi ${command}: ${result.stdout}${result.stderr}`);
        }
    }

    /** Runs `npx private-registry repair`. */
    async repair(...options: string[]): Promise<CommandResult> {
        const { program, configFile } = this.stack;
        const ofStack = ["--stack", this.name, "--config-file", configFile];
        try {
            return await commandLine(["repair", ...ofStack, ...options], program);
        } finally {
            // Pulumi writes the salt of the passphrase there when it imports a state.
            fs.rmSync(path.join(program, `Pulumi.${this.name}.yaml`), { force: true });
        }
    }

    /** Destroys everything, including protected resources, and removes the stack; does nothing if no test deployed it. */
    async remove(): Promise<void> {
        if (!this.stack.exists()) return;
        const options = { env: theSandbox().environment, cwd: this.stack.program };
        await run(["pulumi", "state", "unprotect", "--all", "--yes", "--stack", this.name], options);
        const result = await this.pulumi("destroy", "--yes", "--skip-preview");
        assert.equal(result.code, 0, result.stdout + result.stderr);
        await run(["pulumi", "stack", "rm", this.name, "--yes", "--preserve-config"], options);
        fs.rmSync(this.stack.configFile);
    }

    /** Names of the registry's pods, without terminating ones. */
    async pods(): Promise<string[]> {
        const selector = "--selector app.kubernetes.io/component=server";
        const list = await kubectl(`get pods --namespace ${this.outputs.namespaceName} ${selector} --output json`);
        const pods: { metadata: { name: string; deletionTimestamp?: string } }[] = JSON.parse(list).items;
        return pods.filter((pod) => pod.metadata.deletionTimestamp === undefined).map((pod) => pod.metadata.name);
    }
}

/** Pushes a new image of `megabytes` of incompressible data, and returns its name without the host. */
export async function pushImage(
    stack: RegistryStack,
    megabytes = 0.001,
    image = `team/app-${randomBytes(4).toString("hex")}:1`,
): Promise<string> {
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-test-"));
    try {
        const archive = path.join(work, "image.tar");
        await packProgram(archive, randomBytes(Math.ceil(megabytes * 1024 * 1024)), printProgress);
        await push(stack.outputs, archive, image, work, theSandbox().environment);
        return image;
    } finally {
        fs.rmSync(work, { recursive: true, force: true });
    }
}

/** Runs crane as the registry's first user. `args` receives the registry's address. */
export async function craneOf(stack: RegistryStack, args: (host: string) => string[]): Promise<string> {
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-test-"));
    try {
        return await crane(stack.outputs, args, work, theSandbox().environment);
    } finally {
        fs.rmSync(work, { recursive: true, force: true });
    }
}

/** Starts a pod that must pull the image, waits until it runs, and removes it. */
export async function pullByKubelet(image: string, namespace: string, pullSecret: string | undefined): Promise<void> {
    const pod = `puller-${randomBytes(4).toString("hex")}`;
    await kubectl("apply --filename -", JSON.stringify(podManifest(pod, namespace, image, pullSecret)));
    try {
        const ready = await attempt(
            ["kubectl", "--namespace", namespace, "wait", `pod/${pod}`, "--for=condition=Ready", "--timeout=90s"],
            { env: theSandbox().environment },
        );
        const events = () => kubectl(`get events --namespace ${namespace} --field-selector involvedObject.name=${pod}`);
        assert.equal(ready.code, 0, `${image} was not pulled:\n${ready.code === 0 ? "" : await events()}`);
    } finally {
        await kubectl(`delete pod ${pod} --namespace ${namespace} --wait=false`);
    }
}

/** The HTTP status of a node's request to the registry's cluster IP, or 0 without a response. */
export async function ask(
    outputs: StackOutputs,
    urlPath: string,
    login?: { username: string; password: string },
    method = "GET",
): Promise<number> {
    return (await request(outputs, urlPath, login, outputs.host, 443, method)).status;
}

export interface Answer {
    readonly status: number;
    readonly error: string;
}

export async function request(
    outputs: StackOutputs,
    urlPath: string,
    login?: { username: string; password: string },
    host = outputs.host,
    port = 443,
    method = "GET",
): Promise<Answer> {
    const ca = path.join(theSandbox().folder, `${outputs.namespaceName}-ca.pem`);
    fs.writeFileSync(ca, outputs.caCertPem);
    const curl = [
        "curl",
        "--silent",
        "--show-error",
        "--max-time",
        "20",
        "--cacert",
        ca,
        ...(method === "HEAD" ? ["--head"] : ["--request", method]),
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
    ];
    const address = ["--resolve", `${host}:${port}:${outputs.clusterIp}`, `https://${host}:${port}${urlPath}`];
    const config = login === undefined ? "" : `user = "${login.username}:${login.password}"\n`;
    const { stdout, stderr } = await attempt([...theSandbox().enter(), ...curl, "--config", "-", ...address], {
        input: config,
    });
    return { status: Number(stdout), error: stderr.trim() };
}

/** In a `describe`: makes the nodes resolve a name, as with a DNS record. */
export function resolvedByNodes(host: string, address: () => string | Promise<string>): { add: () => Promise<void> } {
    const edit = async (script: string) => {
        await run([...theSandbox().enter(1, { all: true }), "sh", "-c", script]);
    };
    const remove = () => edit(`grep -v ' ${host}$' /etc/hosts >/tmp/hosts; cat /tmp/hosts >/etc/hosts`);
    after(remove);
    return {
        async add() {
            await remove();
            await edit(`echo '${await address()} ${host}' >>/etc/hosts`);
        },
    };
}

/** The PEM-encoded certificate that a node receives from an address. */
export async function servedCertificate(address: string, serverName?: string): Promise<string> {
    const target =
        serverName === undefined ? [`https://${address}/`] : ["--connect-to", `::${address}`, `https://${serverName}/`];
    const curl = ["curl", "--silent", "--insecure", "--max-time", "10", "--output", "/dev/null"];
    const { stdout } = await attempt([...theSandbox().enter(), ...curl, "--write-out", "%{certs}", ...target]);
    return /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/s.exec(stdout)?.[0] ?? "";
}

/** Waits until a condition is true. */
export async function until(what: string, seconds: number, condition: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + seconds * 1000; !(await condition()); ) {
        assert.ok(Date.now() < end, `${what} did not happen in ${seconds} s`);
        await new Promise((resolve) => setTimeout(resolve, 500));
    }
}

/** The first login in a pull secret's content. */
export function loginOf(dockerConfigJson: string): { username: string; password: string } {
    return Object.values(JSON.parse(dockerConfigJson).auths)[0] as { username: string; password: string };
}

/** The duration of an action. */
export async function secondsOf(action: () => Promise<unknown>): Promise<number> {
    const started = Date.now();
    await action();
    return (Date.now() - started) / 1000;
}

import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { LogLevel, type PrivateRegistryArgs } from "../../components";
import { run } from "../../sandbox/command";
import { repositoryRoot } from "../../sandbox/paths";
import { SandboxStack } from "../../sandbox/stack/stack";
import type { StackOutputs } from "../../settings";
import { inSandbox, kubectl, loginOf, namespaceOfPods, request, stepwise, theSandbox } from "./harness";
import { checkOut, previousCommit } from "./previousRelease";

const stackName = "protected";

/** What the component protects, as type and name. test/unit/protect.spec.ts compares it for every fixture. */
const lasting = [
    "Namespace registry-namespace",
    "PersistentVolumeClaim registry-claim",
    "PrivateRegistry registry",
    "RandomBytes registry-http-secret",
];

/** Writes a program with a protected component of the compiled package in `root`. */
function writeProgram(folder: string, root: string): void {
    fs.mkdirSync(folder);
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    fs.writeFileSync(
        path.join(folder, "Pulumi.yaml"),
        stringify({ name: "protected", runtime: "nodejs", main: "program.js" }),
    );
    const components = JSON.stringify(path.join(root, "dist", "components"));
    const source = [
        `const { PrivateRegistry } = require(${components});`,
        'const args = new (require("@pulumi/pulumi").Config)().requireObject("args");',
        'const registry = new PrivateRegistry("registry", args, { protect: true });',
        "const { clusterIp, caCertPem, namespaceName, host, credentials, dockerConfigJson } = registry;",
        "module.exports = { clusterIp, caCertPem, namespaceName, host, credentials, dockerConfigJson };",
    ];
    fs.writeFileSync(path.join(folder, "program.js"), `${source.join("\n")}\n`);
}

describe("a registry with `protect: true`", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("protected-a");
    namespaceOfPods("protected-b");
    let work: string;
    let claim: string;
    let args: PrivateRegistryArgs = {
        namespace: "protected",
        storage: { volume: { deleteWithStack: true } },
        users: [{ name: "admin" }, { name: "ci" }],
        pullSecrets: { namespaces: ["protected-a", "protected-b"] },
    };
    let outputs: StackOutputs;

    const stackOf = (program: string) => new SandboxStack(theSandbox(), stackName, path.join(work, program));
    const present = () => stackOf("present");

    before(async () => {
        work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-protected-"));
        const previous = path.join(work, "previous-release");
        fs.mkdirSync(previous);
        await checkOut(await previousCommit(), previous);
        writeProgram(path.join(work, "previous"), previous);
        writeProgram(path.join(work, "present"), repositoryRoot);
    });
    after(async () => {
        const options = { env: theSandbox().environment, cwd: path.join(work, "present") };
        await run(["pulumi", "state", "unprotect", "--all", "--yes", "--stack", stackName], options);
        const { code, stdout, stderr } = await pulumi("destroy");
        assert.equal(code, 0, stdout + stderr);
        await run(["pulumi", "stack", "rm", stackName, "--yes", "--preserve-config"], options);
        fs.rmSync(work, { recursive: true, force: true });
    });

    async function pulumi(verb: string, stack = present(), ...options: string[]) {
        await stack.prepare(stringify({ config: { "protected:args": args } }));
        return stack.pulumi([verb, "--yes", "--skip-preview", ...options]);
    }

    async function up(stack = present(), ...options: string[]): Promise<void> {
        const { code, stdout, stderr } = await pulumi("up", stack, ...options);
        assert.equal(code, 0, stdout + stderr);
        outputs = await stack.outputs<StackOutputs>();
    }

    /** The protected resources in the state, as type and name. */
    async function protectedResources(): Promise<string[]> {
        const options = { env: theSandbox().environment, cwd: path.join(work, "present") };
        const state = await run(["pulumi", "stack", "export", "--stack", stackName], options);
        const resources: { urn: string; type: string; protect?: boolean }[] = JSON.parse(state).deployment.resources;
        return resources
            .filter(({ protect }) => protect)
            .map(({ urn, type }) => `${type.split(":").at(-1)} ${urn.split("::").at(-1)}`)
            .sort();
    }

    const claimIdentity = () =>
        kubectl("get persistentvolumeclaims --namespace protected --output jsonpath={.items[*].metadata.uid}");

    it("that the previous release deployed is upgraded by one `up`, which protects only what lasts", async () => {
        await up(stackOf("previous"));
        claim = await claimIdentity();
        assert.match(claim, /^[0-9a-f-]{36}$/);
        const before = await protectedResources();
        assert.ok(before.includes("RandomPassword registry-password-ci"), before.join(", "));
        await up();
        assert.deepEqual(await protectedResources(), lasting);
        await up(present(), "--expect-no-changes");
    });

    for (const generation of [2, 3]) {
        it(`rotates passwords, pull credentials and the CA to generation ${generation}`, async () => {
            const before = outputs;
            args = {
                ...args,
                users: [{ name: "admin", generation }, { name: "ci" }],
                pullGeneration: generation,
                tls: { selfSigned: { authorityGeneration: generation } },
            };
            await up();
            assert.notEqual(outputs.credentials.admin, before.credentials.admin);
            assert.equal(outputs.credentials.ci, before.credentials.ci);
            assert.equal(loginOf(outputs.dockerConfigJson).username, `puller-${generation}`);
            assert.notEqual(outputs.caCertPem, before.caCertPem);
            const login = { username: "admin", password: outputs.credentials.admin };
            assert.equal((await request(outputs, "/v2/", login)).status, 200);
            assert.deepEqual(await protectedResources(), lasting);
            assert.equal(await claimIdentity(), claim);
        });
    }

    it("removes a user and a pull secret, and changes the log's level", async () => {
        args = {
            ...args,
            users: [{ name: "admin", generation: 3 }],
            pullSecrets: { namespaces: ["protected-a"] },
            log: { level: LogLevel.Debug },
        };
        await up();
        assert.deepEqual(Object.keys(outputs.credentials), ["admin"]);
        assert.equal(await kubectl("get secrets --namespace protected-b --output name"), "");
        assert.match(await kubectl("get secrets --namespace protected-a --output name"), /registry-pull/);
        assert.deepEqual(await protectedResources(), lasting);
        await up(present(), "--expect-no-changes");
    });

    it("is not destroyed, although the storage has `deleteWithStack`", async () => {
        // With the preview, which finds the protected resources before anything is deleted.
        const { code, stdout, stderr } = await present().pulumi(["destroy", "--yes"]);
        assert.notEqual(code, 0);
        assert.match(stdout + stderr, /protected/);
        assert.equal(await claimIdentity(), claim);
        const login = { username: "admin", password: outputs.credentials.admin };
        assert.equal((await request(outputs, "/v2/", login)).status, 200);
    });
});

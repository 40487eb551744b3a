import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { attempt, run } from "../../../sandbox/command";
import { cacheFolder, repositoryRoot } from "../../../sandbox/paths";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { readSchema } from "../../../scripts/docs/schema";
import { firstStartLimit, inSandbox, kubectl, stepwise, theSandbox } from "../harness";
import { assertEncrypted, type ExampleOutputs, pushAndPull } from "./consumer";

interface UpResult {
    readonly outputs: ExampleOutputs;
    readonly secret: string[];
    readonly changes: Record<string, number>;
}

/**
 * Two parts replace what only Pulumi's distribution contains: the SDK is written by its code generator alone,
 * and the program runs in the process of the Automation API instead of Python's language host (see inline.py).
 */
describe("a Python project (examples/consume-from-python)", () => {
    stepwise();
    inSandbox();
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-python-"));
    const program = path.join(work, "program");
    const packages = path.join(work, "packages");
    let python: string;
    let environment: NodeJS.ProcessEnv;
    let result: UpResult | undefined;

    const inline = (verb: string) =>
        run([python, path.join(__dirname, "inline.py"), program, verb], { env: environment, cwd: program });

    before(async function () {
        this.timeout(firstStartLimit);
        const found = await attempt(["python3", "-c", "import venv, ensurepip"]).catch(() => undefined);
        if (found?.code !== 0) {
            console.log("skipped: needs python3 with venv");
            this.skip();
        }
        python = await ensureVirtualEnvironment();
        const example = path.join(repositoryRoot, "examples", "consume-from-python");
        fs.cpSync(example, program, { recursive: true });
        const project = fs.readFileSync(path.join(example, "Pulumi.yaml"), "utf8");
        fs.writeFileSync(path.join(program, "Pulumi.yaml"), project.replace("../..", repositoryRoot));
        environment = { ...theSandbox().environment, PYTHONPATH: packages };
    });
    after(async () => {
        if (result) await remove();
        fs.rmSync(work, { recursive: true, force: true });
    });

    async function remove(): Promise<void> {
        const stack = ["--stack", "organization/private-registry-python/test"];
        await run(["pulumi", "state", "unprotect", "--all", "--yes", ...stack], { env: environment, cwd: program });
        await inline("destroy");
        result = undefined;
    }

    it("has an SDK that is generated from the package's schema", async function () {
        this.timeout(firstStartLimit);
        const tools = await ensureTools(["pulumi-python-sdk"], printProgress);
        // `pulumi package get-schema` would first run `npm install` in this repository, whose build other processes are using.
        const { version } = JSON.parse(fs.readFileSync(path.join(repositoryRoot, "package.json"), "utf8"));
        const schema = JSON.stringify({ ...readSchema(), version });
        const sdk = path.join(work, "sdk");
        await run([tools["pulumi-python-sdk"], sdk], { input: schema });
        await run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", packages, sdk]);
    });

    it("passes the type check, and a wrong argument does not", async () => {
        const check = (code: string) =>
            attempt([python, "-m", "mypy", "--no-incremental", "--command", code], { env: environment, cwd: work });
        const text = fs.readFileSync(path.join(program, "__main__.py"), "utf8");
        const right = await check(text);
        assert.equal(right.code, 0, right.stdout + right.stderr);
        const wrong = await check(`${text}\nprivate_registry.PrivateRegistry("other", replica=2)\n`);
        assert.match(wrong.stdout, /No overload variant of "PrivateRegistry" matches/);
    });

    it("is deployed, and then does not change", async () => {
        result = JSON.parse(await inline("up")) as UpResult;
        assert.deepEqual(Object.keys(result.changes), ["same"]);
        assert.deepEqual(result.secret.sort(), ["dockerConfigJson", "password"]);
    });

    it("accepts an image, which the kubelet pulls", () =>
        pushAndPull((result as UpResult).outputs, "default", "registry-pull"));

    it("keeps its secrets encrypted in the state", async () => {
        const state = await run(["pulumi", "stack", "export", "--stack", "test"], { env: environment, cwd: program });
        assertEncrypted(state, (result as UpResult).outputs);
    });

    it("leaves nothing when it is destroyed", async () => {
        await remove();
        assert.equal(await kubectl("get secrets --namespace default --output name"), "");
    });
});

/** The interpreter of a virtual environment with the packages in requirements.txt, created once and stored with the other tools. */
async function ensureVirtualEnvironment(): Promise<string> {
    const requirements = path.join(__dirname, "requirements.txt");
    const folder = path.join(cacheFolder, "python");
    const installed = path.join(folder, "requirements.txt");
    const python = path.join(folder, "bin", "python");
    const wanted = fs.readFileSync(requirements, "utf8");
    if (fs.existsSync(installed) && fs.readFileSync(installed, "utf8") === wanted) return python;
    fs.rmSync(folder, { recursive: true, force: true });
    await run(["python3", "-m", "venv", folder]);
    await run([python, "-m", "pip", "install", "--quiet", "--requirement", requirements]);
    fs.writeFileSync(installed, wanted);
    return python;
}

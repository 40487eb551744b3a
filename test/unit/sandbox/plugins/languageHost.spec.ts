import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

const root = path.resolve(__dirname, "../../../..");

/** A fake SDK script that prints how it was started, and then runs `behaviour.js` in its directory. */
const sdk = `
const { PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_TYPESCRIPT, GIVEN, PATH } = process.env;
const env = { PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_TYPESCRIPT, GIVEN, hasPath: PATH !== undefined };
const seen = { args: process.argv.slice(2), title: process.title, cwd: process.cwd(), env };
require("fs").writeFileSync(__dirname + "/../seen.json", JSON.stringify(seen));
require("../behaviour.js");
`;

/** The complete output of a process, and its error. */
function printed<Response extends { getStdout_asU8(): Uint8Array }>(
    call: grpc.ClientReadableStream<Response>,
): Promise<{ stdout: string; error?: string }> {
    let stdout = "";
    let error: string | undefined;
    call.on("data", (response: Response) => {
        stdout += Buffer.from(response.getStdout_asU8()).toString();
    });
    call.on("error", (found: grpc.ServiceError) => {
        error = found.details;
    });
    return new Promise((resolve) => call.on("close", () => resolve({ stdout, error })));
}

describe("the stand-in language host", () => {
    let folder: string;
    let host: ChildProcess;
    let client: LanguageRuntimeClient;

    const sdkFolder = () => path.join(folder, "node_modules/@pulumi/pulumi/cmd");
    const behave = (script: string) => fs.writeFileSync(path.join(sdkFolder(), "behaviour.js"), script);
    const seen = () => JSON.parse(fs.readFileSync(path.join(sdkFolder(), "seen.json"), "utf8"));

    function program(options: { [key: string]: string | boolean } = {}): messages.ProgramInfo {
        const info = new messages.ProgramInfo();
        info.setProgramDirectory(folder);
        info.setRootDirectory("/root");
        info.setEntryPoint(".");
        info.setOptions(Struct.fromJavaScript(options));
        return info;
    }

    function run(info = program(), dryRun = false): Promise<messages.RunResponse.AsObject> {
        const request = new messages.RunRequest();
        request.setInfo(info);
        request.setPwd("/");
        request.setProject("project");
        request.setStack("dev");
        request.setOrganization("organization");
        request.setMonitorAddress("127.0.0.1:2");
        request.setParallel(4);
        request.setDryrun(dryRun);
        request.getConfigMap().set("project:key", "value");
        request.setConfigsecretkeysList(["project:key"]);
        return new Promise((resolve, reject) =>
            client.run(request, (error, response) => (error ? reject(error) : resolve(response.toObject()))),
        );
    }

    function runPlugin(kind: string, info = program()): Promise<{ stdout: string; error?: string }> {
        const request = new messages.RunPluginRequest();
        request.setInfo(info);
        request.setPwd(os.tmpdir());
        request.setKind(kind);
        request.setArgsList(["argument"]);
        request.setEnvList(["GIVEN=a=b"]);
        return printed<messages.RunPluginResponse>(client.runPlugin(request));
    }

    before(async () => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-unit-"));
        for (const script of ["run", "run-plugin", "run-policy-pack"]) {
            fs.mkdirSync(path.join(sdkFolder(), script), { recursive: true });
            fs.writeFileSync(path.join(sdkFolder(), script, "index.js"), sdk);
        }
        const script = path.join(root, "sandbox/plugins/languageHost.ts");
        host = spawn(process.execPath, ["--require", "ts-node/register/transpile-only", script, "127.0.0.1:1"], {
            cwd: root,
            stdio: ["pipe", "pipe", "inherit"],
            env: { ...process.env, PATH: `${path.join(folder, "bin")}:${process.env.PATH}` },
        });
        const port = await new Promise<string>((resolve) => host.stdout?.once("data", (data) => resolve(String(data))));
        client = new LanguageRuntimeClient(`127.0.0.1:${port.trim()}`, grpc.credentials.createInsecure());
    });
    after(() => {
        client?.close();
        host?.stdin?.end();
        fs.rmSync(folder, { recursive: true, force: true });
    });

    it("passes a program its addresses, stack, directory, configuration and entry point", async () => {
        behave("");
        assert.deepEqual(await run(), { error: "", bail: false });
        const { args, env } = seen();
        assert.deepEqual(args, [
            "--monitor=127.0.0.1:2",
            "--engine=127.0.0.1:1",
            "--organization=organization",
            "--project=project",
            "--root-directory=/root",
            "--stack=dev",
            `--pwd=${folder}`,
            "--parallel=4",
            ".",
        ]);
        assert.deepEqual(JSON.parse(env.PULUMI_CONFIG), { "project:key": "value" });
        assert.deepEqual(JSON.parse(env.PULUMI_CONFIG_SECRET_KEYS), ["project:key"]);
    });

    it("distinguishes a preview from an update", async () => {
        await run(program(), true);
        assert.ok(seen().args.includes("--dry-run"));
    });

    it("honours the options typescript and nodeargs", async () => {
        await run(program({ nodeargs: "--title='a title'" }));
        assert.equal(seen().title, "a title");
        assert.equal(seen().env.PULUMI_NODEJS_TYPESCRIPT, "true");
        await run(program({ typescript: false }));
        assert.equal(seen().env.PULUMI_NODEJS_TYPESCRIPT, undefined);
    });

    it("rejects options of the wrong type, and unsupported package managers", async () => {
        assert.equal((await run(program({ typescript: "no" }))).error, "typescript option must be a boolean");
        assert.match((await run(program({ packagemanager: "yarn" }))).error, /must be auto or npm .*"yarn"/);
    });

    it("reports an exit code, unless the program has already reported its error", async () => {
        behave("process.exit(32)");
        assert.deepEqual(await run(), { error: "", bail: true });
        behave("process.exit(7)");
        assert.equal((await run()).error, "Program exited with non-zero exit code: 7");
        behave("process.kill(process.pid, 'SIGKILL')");
        assert.equal((await run()).error, "Program exited with non-zero exit code: -1");
    });

    it("asks for `pulumi install` if the SDK is missing", async () => {
        const info = program();
        info.setProgramDirectory("/nowhere");
        assert.match((await run(info)).error, /SDK has not been installed. Have you run pulumi install\?/);
    });

    it("interrupts the program when the update is cancelled", async () => {
        behave("process.on('SIGINT', () => process.exit(5)); console.error; setTimeout(() => {}, 20000)");
        fs.rmSync(path.join(sdkFolder(), "seen.json"));
        const running = run();
        while (!fs.existsSync(path.join(sdkFolder(), "seen.json")))
            await new Promise((resolve) => setTimeout(resolve, 20));
        await new Promise((resolve) => setTimeout(resolve, 100));
        client.cancel(new Empty(), () => undefined);
        assert.match((await running).error, /exit code: 5/);
    });

    it("starts a component's provider in the engine's directory, with only the engine's variables", async () => {
        behave("console.log(1234)");
        assert.deepEqual(await runPlugin("resource"), { stdout: "1234\n", error: undefined });
        const { args, cwd, env } = seen();
        assert.deepEqual(args, [folder, "argument"]);
        assert.equal(cwd, fs.realpathSync(os.tmpdir()));
        assert.deepEqual(env, { GIVEN: "a=b", PULUMI_NODEJS_TYPESCRIPT: "true", hasPath: false });
    });

    it("starts a policy pack in its own directory, which is also its last argument", async () => {
        await runPlugin("analyzer");
        assert.deepEqual(seen().args, ["argument", folder]);
        assert.equal(seen().cwd, fs.realpathSync(folder));
    });

    it("fails with a plugin's exit code", async () => {
        behave("process.exit(3)");
        assert.equal((await runPlugin("resource")).error, "Program exited with non-zero exit code: 3");
    });

    it("installs dependencies with npm, and fails with its exit code", async () => {
        fs.mkdirSync(path.join(folder, "bin"));
        const install = (npm: string) => {
            fs.writeFileSync(path.join(folder, "bin", "npm"), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
            const request = new messages.InstallDependenciesRequest();
            request.setInfo(program());
            const call = client.installDependencies(request);
            return printed<messages.InstallDependenciesResponse>(call);
        };
        assert.deepEqual(await install('echo "$PWD $*"'), {
            stdout: `${fs.realpathSync(folder)} install --loglevel=error\n`,
            error: undefined,
        });
        assert.equal((await install("exit 6")).error, `npm install failed in ${folder} with exit code 6`);
    });
});

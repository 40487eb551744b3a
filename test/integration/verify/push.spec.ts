import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { htpasswdLine } from "../../../components/users/htpasswd";
import { curlLogin } from "../../../components/users/rotationGate";
import { verifyImage, verifyRepository } from "../../../components/verify/image";
import { attempt, type CommandResult, run } from "../../../sandbox/command";
import { unpackDebianPackage } from "../../../sandbox/debian";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { commands } from "../../contracts/curlImage";
import { registry as declared } from "../../unit/registry";
import { freePort } from "../maintenance/freePort";

const password = "correct horse battery staple";

/** The registry of the pinned version as a process, with one user, and the script of verify-push with the commands of curl's image. */
describe("verify/push.sh with a real registry", function () {
    this.timeout(300_000);
    let program: string;
    let busybox: string;
    let script: string;
    let variables: Record<string, string>;
    let folder: string;
    let port: number;
    let server: ChildProcess | undefined;

    before(async () => {
        [program] = Object.values(await ensureTools(["registry"], printProgress));
        busybox = path.join(await unpackDebianPackage("busybox-static", printProgress), "bin/busybox");
        const job = (await declared({ verify: {} })).one("Job", "registry-verify-push").inputs;
        const [{ command, env }] = job.spec.template.spec.containers;
        script = command[2];
        variables = Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value]));
    });

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-verify-"));
    });

    afterEach(async () => {
        if (server !== undefined) {
            if (server.exitCode === null && server.kill("SIGKILL")) await once(server, "exit");
            server = undefined;
        }
        await attempt(["umount", path.join(folder, "data")]);
        fs.rmSync(folder, { recursive: true, force: true });
    });

    const below = (name: string) => path.join(folder, name);

    async function start(storage: object = {}, auth?: object, onPort?: number): Promise<void> {
        port = onPort ?? (await freePort());
        fs.mkdirSync(below("data"), { recursive: true });
        fs.writeFileSync(below("htpasswd"), `${htpasswdLine("ci", password, Buffer.alloc(16, 1))}\n`);
        const config = {
            version: "0.1",
            log: { level: "error", accesslog: { disabled: true } },
            storage: { filesystem: { rootdirectory: below("data") }, delete: { enabled: true }, ...storage },
            http: { addr: `127.0.0.1:${port}`, secret: "only for a test" },
            auth: auth ?? { htpasswd: { realm: "test", path: below("htpasswd") } },
        };
        fs.writeFileSync(below("config.yml"), stringify(config));
        const env = { ...process.env, OTEL_TRACES_EXPORTER: "none" };
        server = spawn(program, ["serve", below("config.yml")], { env, stdio: "ignore" });
        for (let tries = 0; ; tries++) {
            const isUp = await fetch(`http://127.0.0.1:${port}/v2/`).then(
                () => true,
                () => false,
            );
            if (isUp) return;
            assert.ok(tries < 200, "the registry does not answer");
            await sleep(50);
        }
    }

    interface Verification extends CommandResult {
        readonly message: string;
    }

    /** Runs the script as in its pod. */
    async function verify(given: string = password, env: Record<string, string> = {}): Promise<Verification> {
        fs.mkdirSync(below("verify"), { recursive: true });
        fs.mkdirSync(below("bin"), { recursive: true });
        fs.writeFileSync(below("verify/login"), curlLogin("ci", given));
        fs.writeFileSync(below("verify/wrong-login"), curlLogin("ci", `wrong-${given}`));
        fs.writeFileSync(below("message"), "");
        for (const name of ["sh", ...commands]) {
            if (!fs.existsSync(below(`bin/${name}`))) fs.symlinkSync(busybox, below(`bin/${name}`));
        }
        const curl = (await run(["sh", "-c", "command -v curl"])).trim();
        if (!fs.existsSync(below("bin/curl"))) fs.symlinkSync(curl, below("bin/curl"));
        const inFolder = script
            .replaceAll("/dev/termination-log", below("message"))
            .replaceAll(/(?<![\w-])\/verify\//g, `${below("verify")}/`);
        const result = await attempt([below("bin/sh"), "-c", inFolder], {
            env: {
                ...variables,
                PATH: below("bin"),
                URL: "http://registry.example.com",
                SERVICE: `127.0.0.1:${port}`,
                PATIENCE: "2",
                SETTLING: "0",
                ...env,
            },
        });
        return { ...result, message: fs.readFileSync(below("message"), "utf8").trimEnd() };
    }

    const failed = (step: string, why: string) => `verify, step "${step}": ${why}`;

    async function refuses(step: string, why: string, result: Promise<Verification>): Promise<void> {
        const { code, message } = await result;
        assert.equal(message, failed(step, why));
        assert.equal(code, 1);
    }

    it("pushes an index whose parts can all be pulled, again and again with the same bytes", async () => {
        await start();
        for (let i = 0; i < 2; i++) {
            const { code, stdout, stderr } = await verify();
            assert.equal(code, 0, stderr);
            assert.equal(stdout, `pushed: ${verifyRepository}@${verifyImage.index.digest}\n`);
        }
        const headers = { authorization: `Basic ${Buffer.from(`ci:${password}`).toString("base64")}` };
        const get = (where: string, accept = "*/*") =>
            fetch(`http://127.0.0.1:${port}/v2/${verifyRepository}/${where}`, { headers: { ...headers, accept } });
        for (const { digest, mediaType, bytes } of [verifyImage.index, ...verifyImage.manifests]) {
            const response = await get(`manifests/${digest}`, mediaType);
            assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes);
        }
        for (const { digest, bytes } of verifyImage.blobs) {
            assert.deepEqual(Buffer.from(await (await get(`blobs/${digest}`)).arrayBuffer()), bytes);
        }
        const files = fs.readdirSync(below("data"), { recursive: true, encoding: "utf8" });
        assert.equal(files.filter((file) => file.endsWith("/data")).length, 7, "the second push added no blob");
    });

    it("waits until the registry accepts a new password", async () => {
        await start();
        const verified = verify("another password", { PATIENCE: "20" });
        await sleep(500);
        fs.writeFileSync(below("htpasswd"), `${htpasswdLine("ci", "another password", Buffer.alloc(16, 2))}\n`);
        // The registry reloads the file when its time has changed.
        fs.utimesSync(below("htpasswd"), new Date(), new Date(Date.now() + 5000));
        assert.equal((await verified).code, 0);
    });

    it("fails with a wrong password", async () => {
        await start();
        const why =
            "the registry answered with HTTP status 401 UNAUTHORIZED, authentication required; the registry does not accept the login";
        await refuses("login", why, verify("not the password"));
    });

    it("fails if the registry accepts every password", async () => {
        await start({}, { silly: { realm: "test", service: "test" } });
        const why =
            "a wrong password must be answered with HTTP status 401, but the registry answered with HTTP status 200";
        await refuses("wrong login", why, verify());
    });

    it("fails with a registry that is read-only", async () => {
        await start({ maintenance: { readonly: { enabled: true } } });
        const why =
            "no upload can begin: the registry answered with HTTP status 405; the registry is read-only, e.g. because of config.storage.maintenance.readonly";
        await refuses("push", why, verify());
    });

    it("repeats a push that a pod has refused that is being replaced", async () => {
        await start({ maintenance: { readonly: { enabled: true } } });
        const verified = verify(password, { SETTLING: "60" });
        await sleep(2000);
        server?.kill("SIGKILL");
        await start({}, undefined, port);
        const { code, stdout, stderr, message } = await verified;
        assert.equal(code, 0, stderr);
        assert.match(stdout, /^pushed: /);
        assert.equal(message, "");
    });

    it("fails with a volume that is full, although the registry has the image", async () => {
        fs.mkdirSync(below("data"));
        await run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", below("data")]);
        await start();
        assert.equal((await verify()).code, 0);
        await attempt(["dd", "if=/dev/zero", `of=${below("data/full")}`, "bs=1k"]);
        const why =
            "no upload can begin: the registry answered with HTTP status 500 UNKNOWN, unknown error; the storage is full";
        await refuses("push", why, verify());
    });

    it("fails without an answer, with curl's reason", async () => {
        port = await freePort();
        const { code, message } = await verify();
        assert.equal(code, 1);
        assert.match(
            message,
            /there is no answer from 127\.0\.0\.1:\d+ as http:\/\/registry\.example\.com: Failed to connect/,
        );
    });
});

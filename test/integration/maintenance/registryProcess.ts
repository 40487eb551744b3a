import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { shellScript } from "../../../components/kubernetes/shellScript";
import { maintenanceScript } from "../../../components/maintenance/script";
import { attempt, type CommandResult, run } from "../../../sandbox/command";
import { ensureDebianPackages, unpackDebianPackage } from "../../../sandbox/debian";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";

/** Where a registry keeps its files, for the registry itself and for the maintenance script. */
export interface StorageOfTest {
    /** The `storage` section of config.yml, without `delete`. */
    readonly section: Record<string, unknown>;
    /** rclone's path. */
    readonly path: string;
    /** Further sections of config.yml. */
    readonly others?: Record<string, unknown>;
    /** Variables of the registry and of rclone. */
    readonly env?: Record<string, string>;
    /** The Redis that the registry uses as its cache. */
    readonly redis?: RedisProcess;
}

/** A registry of the pinned version as a process on loopback, and what runs the maintenance script with it. */
export class RegistryProcess {
    private constructor(
        readonly folder: string,
        readonly storage: StorageOfTest,
        readonly url: string,
        readonly process: ChildProcess,
        private readonly tools: { readonly registry: string; readonly rclone: string; readonly commands: string },
    ) {}

    static async start(storage: (folder: string) => StorageOfTest): Promise<RegistryProcess> {
        const { registry, rclone } = await ensureTools(["registry", "rclone"], printProgress);
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-collect-"));
        const used = storage(folder);
        const port = await freePort();
        const config = {
            version: "0.1",
            log: { level: "error", accesslog: { disabled: true } },
            storage: { ...used.section, delete: { enabled: true } },
            http: { addr: `127.0.0.1:${port}`, relativeurls: true, secret: "only for a test" },
            ...used.others,
        };
        fs.writeFileSync(path.join(folder, "config.yml"), stringify(config));
        const env = { ...process.env, OTEL_TRACES_EXPORTER: "none", ...used.env };
        const log = fs.openSync(path.join(folder, "log"), "a");
        const child = spawn(registry, ["serve", path.join(folder, "config.yml")], { env, stdio: ["ignore", log, log] });
        const commands = path.join(folder, "commands");
        await installBusybox(commands);
        fs.symlinkSync(rclone, path.join(commands, "rclone"));
        const url = `http://127.0.0.1:${port}`;
        await answers(url);
        return new RegistryProcess(folder, used, url, child, { registry, rclone, commands });
    }

    async stop(): Promise<void> {
        this.process.kill("SIGCONT");
        this.process.kill("SIGKILL");
        await once(this.process, "exit");
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    /** Starts the script with busybox's commands and rclone only, as in the image. */
    spawnMaintenance(command: readonly string[], options: MaintenanceOptions = {}): RunningMaintenance {
        const work = fs.mkdtempSync(path.join(this.folder, "work-"));
        const script = (options.edit ?? ((text) => text))(maintenanceScript());
        const child = spawn(path.join(this.tools.commands, "sh"), ["-c", script, "maintenance", ...command], {
            env: {
                PATH: this.tools.commands,
                HOME: work,
                STORAGE: this.storage.path,
                CONFIG: path.join(this.folder, "config.yml"),
                REGISTRY: options.program ?? this.tools.registry,
                REAL_REGISTRY: this.tools.registry,
                OTEL_TRACES_EXPORTER: "none",
                WORK: work,
                RCLONE_CONFIG: "/dev/null",
                GRACE: "0",
                KEEP_DELETED: String(7 * 86_400),
                WAIT: "1",
                ...(this.storage.redis && { CACHE: "redis" }),
                ...this.storage.env,
                ...options.env,
            },
            detached: true,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let stdout = "";
        let stderr = "";
        child.stdout?.on("data", (chunk) => {
            stdout += chunk;
        });
        child.stderr?.on("data", (chunk) => {
            stderr += chunk;
        });
        const cache = this.storage.redis && this.spawnCacheContainer(this.storage.redis, work);
        const ended = once(child, "close").then(([code]) => {
            cache?.kill("SIGKILL");
            return { code: code ?? -1, stdout, stderr };
        });
        return { child, work, ended };
    }

    /** Starts the script that runs in Redis's image next to the maintenance script. */
    private spawnCacheContainer({ port }: RedisProcess, work: string): ChildProcess {
        const folder = path.join(__dirname, "../../../components/maintenance");
        const temporary = fs.mkdtempSync(path.join(this.folder, "cache-"));
        const script = shellScript(folder, "cache.sh")
            .replaceAll("/tmp/", `${temporary}/`)
            .replaceAll("/work/", `${work}/`);
        return spawn(path.join(this.tools.commands, "sh"), ["-c", script], {
            env: {
                PATH: `${this.tools.commands}:/usr/bin`,
                REDIS_HOST: "127.0.0.1",
                REDIS_PORT: String(port),
                REDIS_DATABASE: "0",
            },
            stdio: ["ignore", "ignore", "inherit"],
        });
    }

    /** Runs the script to its end, which must be a success. */
    async maintain(command: readonly string[], options: MaintenanceOptions = {}): Promise<MaintenanceResult> {
        const result = await this.tryToMaintain(command, options);
        assert.equal(result.code, 0, result.stdout + result.stderr);
        return result;
    }

    async tryToMaintain(command: readonly string[], options: MaintenanceOptions = {}): Promise<MaintenanceResult> {
        const { ended, work } = this.spawnMaintenance(command, options);
        const result = await ended;
        const file = path.join(work, "report.json");
        const report = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
        fs.rmSync(work, { recursive: true, force: true });
        return { ...result, report };
    }

    async request(method: string, urlPath: string, body?: Buffer, type?: string): Promise<Response> {
        const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
        const content = body && new Uint8Array(body);
        return fetch(new URL(urlPath, this.url), { method, body: content, headers, redirect: "manual" });
    }
}

export interface MaintenanceOptions {
    readonly env?: Record<string, string>;
    /** Changes the script, to show what a part of it is for. */
    readonly edit?: (script: string) => string;
    /** Runs instead of the registry's program. */
    readonly program?: string;
}

export interface RunningMaintenance {
    readonly child: ChildProcess;
    readonly work: string;
    readonly ended: Promise<CommandResult>;
}

export interface MaintenanceResult extends CommandResult {
    // biome-ignore lint/suspicious/noExplicitAny: JSON
    readonly report: any;
}

/** Replaces a part of the script, which must be there once. */
export function without(part: string, replacement = ""): (script: string) => string {
    return (script) => {
        assert.equal(script.split(part).length, 2, `the script has once: ${part}`);
        return script.replace(part, () => replacement);
    };
}

async function installBusybox(folder: string): Promise<void> {
    const unpacked = await unpackDebianPackage("busybox-static", printProgress);
    const busybox = path.join(unpacked, "bin", "busybox");
    fs.mkdirSync(folder);
    const applets = (await run([busybox, "--list"])).trim().split("\n");
    for (const applet of applets) fs.symlinkSync(busybox, path.join(folder, applet));
}

export async function freePort(): Promise<number> {
    const server = net.createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    server.close();
    return port;
}

async function answers(url: string): Promise<void> {
    for (let tries = 0; ; tries++) {
        const isUp = await fetch(`${url}/v2/`).then(
            ({ ok }) => ok,
            () => false,
        );
        if (isUp) return;
        assert.ok(tries < 200, `${url} does not answer`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

export const manifestType = "application/vnd.oci.image.manifest.v1+json";
export const indexType = "application/vnd.oci.image.index.v1+json";

export function digestOf(content: Buffer): string {
    return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** An image, or an index of images. */
export interface Image {
    readonly type: string;
    readonly content: Buffer;
    readonly digest: string;
    /** Config and layers. */
    readonly blobs: readonly Buffer[];
    /** The images of an index. */
    readonly children: readonly Image[];
}

const configType = "application/vnd.oci.image.config.v1+json";
const layerType = "application/vnd.oci.image.layer.v1.tar";

/** An image with these layers. The same layers and `variant` are the same image. */
export function image(
    layers: readonly Buffer[] = [randomBytes(100)],
    variant = randomBytes(4).toString("hex"),
    annotations?: Record<string, string>,
): Image {
    const rootfs = { type: "layers", diff_ids: layers.map(digestOf) };
    const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", rootfs, author: variant }));
    const describe = (mediaType: string, blob: Buffer) => ({ mediaType, digest: digestOf(blob), size: blob.length });
    const manifest = {
        schemaVersion: 2,
        mediaType: manifestType,
        config: describe(configType, config),
        layers: layers.map((layer) => describe(layerType, layer)),
        annotations,
    };
    const content = Buffer.from(JSON.stringify(manifest));
    return { type: manifestType, content, digest: digestOf(content), blobs: [config, ...layers], children: [] };
}

export function index(children: readonly Image[]): Image {
    const manifests = children.map(({ type, digest, content }, i) => ({
        mediaType: type,
        digest,
        size: content.length,
        platform: { os: "linux", architecture: ["amd64", "arm64", "s390x"][i % 3] },
    }));
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
    return { type: indexType, content, digest: digestOf(content), blobs: [], children };
}

/** A client that pushes as docker and crane do: each blob unless the registry has it, then the manifest. */
export class Client {
    constructor(
        private readonly registry: RegistryProcess,
        readonly repository: string,
    ) {}

    /** Pushes an image; returns the status of the manifest's upload. */
    async push(pushed: Image, tag?: string): Promise<number> {
        for (const child of pushed.children) {
            const status = await this.push(child);
            if (status !== 201) return status;
        }
        for (const blob of new Set(pushed.blobs)) await this.pushBlob(blob);
        return this.putManifest(pushed, tag ?? pushed.digest);
    }

    async pushBlob(blob: Buffer, digest = digestOf(blob)): Promise<void> {
        const known = await this.ask("HEAD", `blobs/${digest}`);
        if (known.status === 200) return;
        const begun = await this.ask("POST", "blobs/uploads/");
        assert.equal(begun.status, 202);
        const location = new URL(begun.headers.get("location") ?? "", this.registry.url);
        location.searchParams.set("digest", digest);
        const put = await this.registry.request("PUT", location.href, blob, "application/octet-stream");
        await put.arrayBuffer();
        assert.equal(put.status, 201, `the upload of ${digest}`);
    }

    async putManifest({ content, type }: Image, reference: string): Promise<number> {
        return (await this.ask("PUT", `manifests/${reference}`, content, type)).status;
    }

    /** Deletes a tag, or a manifest by digest; returns the status. */
    async delete(reference: string): Promise<number> {
        return (await this.ask("DELETE", `manifests/${reference}`)).status;
    }

    /** What is missing or wrong when the image is pulled. */
    async problems(pulled: Image, reference = pulled.digest): Promise<string[]> {
        const problems: string[] = [];
        const check = async (urlPath: string, expected: Buffer, accept?: string) => {
            const url = new URL(`/v2/${this.repository}/${urlPath}`, this.registry.url);
            const pulled = await fetch(url, { headers: accept === undefined ? {} : { accept } })
                .then(async (response) => ({ status: response.status, body: await response.arrayBuffer() }))
                // The registry ends the connection if it cannot read a blob that it has announced.
                .catch((error) => ({ status: String(error), body: new ArrayBuffer(0) }));
            if (pulled.status !== 200) problems.push(`${this.repository}/${urlPath}: ${pulled.status}`);
            else if (!expected.equals(Buffer.from(pulled.body)))
                problems.push(`${this.repository}/${urlPath}: another content`);
        };
        await check(`manifests/${reference}`, pulled.content, pulled.type);
        for (const blob of new Set(pulled.blobs)) await check(`blobs/${digestOf(blob)}`, blob);
        for (const child of pulled.children) problems.push(...(await this.problems(child)));
        return problems;
    }

    private async ask(method: string, urlPath: string, body?: Buffer, type?: string): Promise<Response> {
        const response = await this.registry.request(method, `/v2/${this.repository}/${urlPath}`, body, type);
        await response.arrayBuffer();
        return response;
    }
}

export interface RedisProcess {
    readonly port: number;
    stop(): Promise<void>;
}

/** Debian's Redis on loopback, without data on disk. */
export async function startRedis(): Promise<RedisProcess> {
    await ensureDebianPackages(["redis-tools"], printProgress);
    const port = await freePort();
    // One executable, whose name decides whether it is the server or the checker.
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", ""];
    const child = spawn("/usr/bin/redis-check-rdb", args, { argv0: "redis-server", stdio: "ignore" });
    const ask = () => attempt(["redis-cli", "-p", String(port), "ping"]);
    for (let tries = 0; (await ask()).stdout.trim() !== "PONG"; tries++) {
        assert.ok(tries < 100 && child.exitCode === null, "Redis does not answer");
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return {
        port,
        async stop() {
            child.kill("SIGKILL");
            await once(child, "exit");
        },
    };
}

/** A directory of the machine, and Redis as the cache. */
export function onVolumeWithRedis(redis: RedisProcess): (folder: string) => StorageOfTest {
    return (folder) => {
        const { section, ...volume } = onVolume(folder);
        const cache = { blobdescriptor: "redis" };
        const others = { redis: { addrs: [`127.0.0.1:${redis.port}`] } };
        return { ...volume, section: { ...section, cache }, others, redis };
    };
}

/** A directory of the machine. */
export function onVolume(folder: string): StorageOfTest {
    const root = path.join(folder, "registry");
    fs.mkdirSync(root);
    return { section: { filesystem: { rootdirectory: root } }, path: root };
}

/** Runs crane, without a login. */
export async function crane(...command: string[]): Promise<CommandResult> {
    const tools = await ensureTools(["crane"], printProgress);
    return attempt([tools.crane, ...command, "--insecure"]);
}

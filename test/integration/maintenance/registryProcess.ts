import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { shellScript } from "../../../components/kubernetes/shellScript";
import { maintenanceScript } from "../../../components/maintenance/script";
import { type CommandResult, run } from "../../../sandbox/command";
import { unpackDebianPackage } from "../../../sandbox/debian";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { blobPath, digestOf } from "./digest";
import { freePort } from "./freePort";
import type { RedisProcess } from "./redisProcess";

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
        await installCommands(commands, rclone);
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
        const [report, backup] = ["report.json", "backup.json"].map((name) => {
            const file = path.join(work, name);
            return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
        });
        fs.rmSync(work, { recursive: true, force: true });
        return { ...result, report, backup };
    }

    /** Where a blob is on a volume. */
    blobFile(blob: Buffer): string {
        return path.join(this.storage.path, blobPath(digestOf(blob)));
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
    /** The report of the backup. */
    // biome-ignore lint/suspicious/noExplicitAny: JSON
    readonly backup: any;
}

/** Replaces a part of the script, which must be there once. */
export function without(part: string, replacement = ""): (script: string) => string {
    return (script) => {
        assert.equal(script.split(part).length, 2, `the script has once: ${part}`);
        return script.replace(part, () => replacement);
    };
}

/** Fills a new directory with the commands that are in rclone's image. */
export async function installCommands(folder: string, rclone: string): Promise<void> {
    const unpacked = await unpackDebianPackage("busybox-static", printProgress);
    const busybox = path.join(unpacked, "bin", "busybox");
    fs.mkdirSync(folder);
    const applets = (await run([busybox, "--list"])).trim().split("\n");
    for (const applet of applets) fs.symlinkSync(busybox, path.join(folder, applet));
    fs.symlinkSync(rclone, path.join(folder, "rclone"));
}

async function answers(url: string): Promise<void> {
    for (let tries = 0; ; tries++) {
        const isUp = await fetch(`${url}/v2/`).then(
            ({ ok }) => ok,
            () => false,
        );
        if (isUp) return;
        assert.ok(tries < 1200, `${url} does not answer`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
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

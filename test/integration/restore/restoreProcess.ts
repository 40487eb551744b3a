import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { restoreScript } from "../../../components/restore/script";
import { run } from "../../../sandbox/command";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { installCommands, type StorageOfTest } from "../maintenance/registryProcess";

export interface RestoreResult {
    readonly code: number;
    /** Standard output and standard error. */
    readonly log: string;
    /** What Kubernetes shows as the reason of a failure. */
    readonly message: string;
}

export interface RunningRestore {
    readonly child: ChildProcess;
    readonly log: () => string;
    readonly ended: Promise<RestoreResult>;
}

/** Runs the Job's script with busybox's commands and rclone only, as in the image. */
export class RestoreProcess {
    private constructor(
        readonly folder: string,
        private readonly commands: string,
        private readonly program: string,
    ) {}

    static async create(): Promise<RestoreProcess> {
        const { rclone } = await ensureTools(["rclone"], printProgress);
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-restore-"));
        const commands = path.join(folder, "commands");
        await installCommands(commands, rclone);
        return new RestoreProcess(folder, commands, rclone);
    }

    remove(): void {
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    /** Runs rclone with these variables. */
    rclone(env: Record<string, string>, ...command: string[]): Promise<string> {
        return run([this.program, ...command], { env: { ...process.env, RCLONE_CONFIG: "/dev/null", ...env } });
    }

    start(
        storage: StorageOfTest,
        env: Record<string, string>,
        edit = (script: string): string => script,
    ): RunningRestore {
        const work = fs.mkdtempSync(path.join(this.folder, "work-"));
        const termination = path.join(work, "message");
        const child = spawn(path.join(this.commands, "sh"), ["-c", edit(restoreScript()), "restore"], {
            env: {
                PATH: this.commands,
                HOME: work,
                STORAGE: storage.path,
                WORK: work,
                RCLONE_CONFIG: "/dev/null",
                RESTORE_ID: "",
                ID_OF_STATE: "",
                SNAPSHOT: "latest",
                TERMINATION: termination,
                ...storage.env,
                ...env,
            },
            detached: true,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let log = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream?.on("data", (chunk) => {
                log += chunk;
            });
        }
        const ended = once(child, "close").then(([code]) => {
            const message = fs.existsSync(termination) ? fs.readFileSync(termination, "utf8") : "";
            fs.rmSync(work, { recursive: true, force: true });
            return { code: code ?? -1, log, message };
        });
        return { child, log: () => log, ended };
    }

    run(
        storage: StorageOfTest,
        env: Record<string, string>,
        edit?: (script: string) => string,
    ): Promise<RestoreResult> {
        return this.start(storage, env, edit).ended;
    }
}

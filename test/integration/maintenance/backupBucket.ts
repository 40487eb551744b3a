import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { bucketRoot, rcloneVariable, rcloneVariables } from "../../../components/maintenance/rclone";
import { run } from "../../../sandbox/command";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { keys, startObjectStore } from "./objectStoreProcess";

/** A MinIO with a versioned bucket for backups, and rclone's commands on it. */
export interface BackupBucketProcess {
    /** The variables of bucket.sh. */
    readonly env: Record<string, string>;
    readonly endpoint: string;
    /** Runs rclone with these variables. */
    rclone(...args: string[]): Promise<string>;
    read(remotePath: string): Promise<Buffer>;
    write(remotePath: string, content: Buffer): Promise<void>;
    stop(): Promise<void>;
}

export async function startBackupBucket(): Promise<BackupBucketProcess> {
    const { s3, stop } = await startObjectStore();
    const section = { ...s3, rootdirectory: "backups" };
    const env = {
        ...rcloneVariables(section, true, "backup"),
        [rcloneVariable("backup", "ENV_AUTH")]: "false",
        [rcloneVariable("backup", "ACCESS_KEY_ID")]: keys.AWS_ACCESS_KEY_ID,
        [rcloneVariable("backup", "SECRET_ACCESS_KEY")]: keys.AWS_SECRET_ACCESS_KEY,
        BACKUP: bucketRoot(section, "backup"),
    };
    const tools = await ensureTools(["rclone"], printProgress);
    const rclone = (...args: string[]) =>
        run([tools.rclone, "--config", "/dev/null", ...args], { env: { ...process.env, ...env } });
    await rclone("backend", "versioning", env.BACKUP, "Enabled");
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-backup-"));
    const file = path.join(folder, "file");
    return {
        env,
        endpoint: s3.regionendpoint,
        rclone,
        async read(remotePath) {
            await rclone("copyto", "--ignore-times", remotePath, file);
            return fs.readFileSync(file);
        },
        async write(remotePath, content) {
            fs.writeFileSync(file, new Uint8Array(content));
            await rclone("copyto", "--ignore-times", file, remotePath);
        },
        async stop() {
            await stop();
            fs.rmSync(folder, { recursive: true, force: true });
        },
    };
}

import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { bucketRoot, rcloneVariable, rcloneVariables } from "../../../components/maintenance/rclone";
import { bucketSection } from "../../../components/storage/s3";
import { run } from "../../../sandbox/command";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { backupBucket, keys, type ObjectStoreProcess } from "../maintenance/objectStoreProcess";

const registryFiles = "docker/registry/v2";

/** A bucket with versions for backups. */
export class BackupBucketOfTest {
    private constructor(
        /** rclone's path of the directory with the backups. */
        readonly path: string,
        private readonly remote: Record<string, string>,
        private readonly program: string,
    ) {}

    static async create(store: ObjectStoreProcess, rootDirectory = "all"): Promise<BackupBucketOfTest> {
        const { rclone } = await ensureTools(["rclone"], printProgress);
        const section = bucketSection({ bucket: backupBucket, endpoint: store.endpoint, rootDirectory });
        const remote = {
            ...rcloneVariables(section, false, "backup"),
            [rcloneVariable("backup", "ENV_AUTH")]: "false",
            [rcloneVariable("backup", "ACCESS_KEY_ID")]: keys.AWS_ACCESS_KEY_ID,
            [rcloneVariable("backup", "SECRET_ACCESS_KEY")]: keys.AWS_SECRET_ACCESS_KEY,
        };
        const bucket = new BackupBucketOfTest(bucketRoot(section, "backup"), remote, rclone);
        await bucket.rclone(["backend", "versioning", `backup:${backupBucket}`, "Enabled"]);
        return bucket;
    }

    /** The variables of bucket.sh. */
    env(password?: string): Record<string, string> {
        return { ...this.remote, BACKUP: this.path, ...(password !== undefined && { BACKUP_PASSWORD: password }) };
    }

    /** Runs rclone with the bucket as the remote `backup`, and a backup with a password as the remote `secured`. */
    async rclone(command: readonly string[], id?: string, password?: string, input?: string): Promise<string> {
        const env = { PATH: process.env.PATH, RCLONE_CONFIG: "/dev/null", ...this.remote };
        const crypt = password !== undefined && {
            RCLONE_CONFIG_SECURED_TYPE: "crypt",
            RCLONE_CONFIG_SECURED_REMOTE: `${this.path}/${id}`,
            RCLONE_CONFIG_SECURED_PASSWORD: (await run([this.program, "obscure", password])).trim(),
            RCLONE_CONFIG_SECURED_FILENAME_ENCRYPTION: "off",
            RCLONE_CONFIG_SECURED_DIRECTORY_NAME_ENCRYPTION: "false",
            RCLONE_CONFIG_SECURED_SUFFIX: "none",
        };
        return run([this.program, ...command], { env: { ...env, ...crypt }, input });
    }

    /** Writes a snapshot of the registry's files in a directory of this machine. */
    async takeSnapshot(root: string, { id, time, password, part }: SnapshotOfTest): Promise<void> {
        const staged = fs.mkdtempSync(path.join(path.dirname(root), "backup-"));
        const [blobs, repositories] = ["blobs", "repositories"].map((name) => `${registryFiles}/${name}`);
        for (const folder of [blobs, repositories]) fs.mkdirSync(path.join(root, folder), { recursive: true });
        const links = lines(await run(["find", repositories, "-name", "link"], { cwd: root }));
        const snapshot = path.join(staged, "snapshots", time);
        fs.mkdirSync(snapshot, { recursive: true });
        const [tags, others] = [true, false].map((isTag) => links.filter((file) => isTag === file.includes("/tags/")));
        for (const [i, files] of [tags, others].entries()) {
            if (files.length === 0) continue;
            const archive = path.join(snapshot, `links.${i + 1}.tar.gz`);
            await run(["tar", "--create", "--gzip", "--file", archive, "--files-from", "-"], {
                cwd: root,
                input: files.join("\n"),
            });
        }
        fs.writeFileSync(path.join(snapshot, "ledger.gz"), gzipSync("began\t1\n"));
        const content = lines(await run(["find", blobs, "-name", "data", "-printf", "%s\\n"], { cwd: root }));
        const summary = {
            tags: tags.filter((file) => file.endsWith("/current/link")).length,
            manifests: others.filter((file) => file.includes("/revisions/")).length,
            blobs: content.length,
            bytes: content.reduce((sum, size) => sum + Number(size), 0),
        };
        const target = password === undefined ? `${this.path}/${id}` : "secured:";
        await this.rclone(["copy", path.join(root, blobs), `${target}/${blobs}`], id, password);
        await this.rclone(["copy", staged, target], id, password);
        fs.rmSync(staged, { recursive: true });
        if (part === "not complete") return;
        const complete = `${target}/snapshots/${time}/complete`;
        await this.rclone(["rcat", complete], id, password, JSON.stringify(summary));
    }
}

export interface SnapshotOfTest {
    readonly id: string;
    readonly time: string;
    readonly password?: string;
    readonly part?: "not complete";
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "");

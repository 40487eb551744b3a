import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type BackupBucketProcess, startBackupBucket } from "../maintenance/backupBucket";
import type { RegistryProcess } from "../maintenance/registryProcess";

/** Directories with backups in a bucket with versions. */
export class Backups {
    private constructor(private readonly bucket: BackupBucketProcess) {}

    static async start(): Promise<Backups> {
        return new Backups(await startBackupBucket());
    }

    stop(): Promise<void> {
        return this.bucket.stop();
    }

    directory(name: string): BackupDirectory {
        return new BackupDirectory(this.bucket, name);
    }
}

/** A directory with backups. */
export class BackupDirectory {
    readonly path: string;

    constructor(
        private readonly bucket: BackupBucketProcess,
        readonly name: string,
    ) {
        this.path = `${bucket.env.BACKUP}/${name}`;
    }

    /** The variables of bucket.sh. */
    env(password?: string): Record<string, string> {
        return {
            ...this.bucket.env,
            BACKUP: this.path,
            ...(password !== undefined && { BACKUP_PASSWORD: password }),
        };
    }

    /** Backs a registry up; returns the time of the snapshot. */
    async backUp(registry: RegistryProcess, id: string, password?: string): Promise<string> {
        const proof = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-proof-"));
        const env = { ...this.env(password), BACKUP_ID: id, PROOF: proof, PROOF_LIMIT: "0" };
        const { backup } = await registry.maintain(["backup"], { env });
        fs.rmSync(proof, { recursive: true });
        return backup.snapshot;
    }

    /** Copies files or directories of another directory, without their older versions. */
    async copy(from: BackupDirectory, source: string, target = source, ...options: string[]): Promise<void> {
        await this.bucket.rclone("copy", ...options, `${from.path}/${source}`, `${this.path}/${target}`);
    }

    /** Overwrites a file. */
    write(file: string, content: Buffer): Promise<void> {
        return this.bucket.write(`${this.path}/${file}`, content);
    }

    /** Overwrites a file, and deletes its older versions. */
    async replace(file: string, content: Buffer): Promise<void> {
        await this.write(file, content);
        await this.bucket.rclone("backend", "cleanup-hidden", `${this.path}/${path.dirname(file)}`);
    }

    /** Deletes a file, which leaves its versions. */
    async remove(file: string): Promise<void> {
        await this.bucket.rclone("delete", `${this.path}/${file}`);
    }
}

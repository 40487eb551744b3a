import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { secondsOf } from "../../components/arguments/duration";
import { bucketRoot, rcloneVariables } from "../../components/maintenance/rclone";
import { pruneScript } from "../../components/maintenance/script";
import { CommandLineError, command, runProgram } from "../command";

const help = `npx private-registry prune-backup --bucket <name> --id <id> [--keep <time>] [--delete] [--endpoint <url>] [--region <name>] [--root-directory <prefix>]
Deletes old snapshots of a backup, and the blobs that no other snapshot needs. Without --delete, it only says what it would delete. It
needs sh, rclone and tar. The access key, which must have the right to delete, is in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and the password of an
encrypted backup in BACKUP_PASSWORD. The newest snapshot is always kept. Run it when no backup is under way.

  --bucket <name>       the bucket of \`maintenance.backup.s3\`, and so on
  --id <id>             name of the backup, 16 hexadecimal digits; \`status\` shows it
  --keep <time>         deletes snapshots that are older, in hours or days; defaults to 90d
  --delete              deletes
  --endpoint <url>      URL of an S3-compatible server; defaults to Amazon S3
  --region <name>       defaults to us-east-1
  --root-directory <p>  key prefix in the bucket`;

const options = {
    bucket: { type: "string" },
    id: { type: "string" },
    keep: { type: "string", default: "90d" },
    delete: { type: "boolean" },
    endpoint: { type: "string" },
    region: { type: "string" },
    "root-directory": { type: "string" },
} as const;

export const pruneBackupCommand = command("prune-backup", help, options, [], async (values) => {
    const { bucket, id, keep, endpoint, region, "root-directory": rootDirectory } = values;
    if (bucket === undefined) throw new CommandLineError("--bucket is missing; see `--help`");
    if (id === undefined || !/^[0-9a-f]{16}$/.test(id)) {
        throw new CommandLineError("--id must be the name of the backup, 16 hexadecimal digits; `status` shows it");
    }
    const seconds = secondsOf(keep);
    if (seconds === undefined) {
        throw new CommandLineError(`--keep must be an integer of hours or days, e.g. 24h or 90d, not "${keep}"`);
    }
    // As for the argument `maintenance.backup.s3`.
    const bucketOfBackup = {
        bucket,
        rootdirectory: rootDirectory,
        region: region ?? "us-east-1",
        regionendpoint: endpoint,
        forcepathstyle: endpoint !== undefined,
    };
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-prune-"));
    const env = {
        ...process.env,
        ...rcloneVariables(bucketOfBackup, false, "backup"),
        BACKUP: bucketRoot(bucketOfBackup, "backup"),
        BACKUP_ID: id,
        FROM: snapshotOf(seconds),
        // A Job of the CronJob takes at most 12 hours.
        OPEN_FROM: snapshotOf(12 * 3600),
        DELETE: String(values.delete === true),
        WORK: work,
        STORAGE: "",
        RCLONE_CONFIG: os.devNull,
    };
    try {
        return (await runProgram("sh", ["-c", pruneScript()], { output: "show", env })).code;
    } finally {
        fs.rmSync(work, { recursive: true, force: true });
    }
});

/** The name of a snapshot that began so many seconds ago, e.g. `2026-11-28T030000Z`. */
function snapshotOf(secondsAgo: number): string {
    return new Date(Date.now() - secondsAgo * 1000).toISOString().replace(/:|\.\d+/g, "");
}

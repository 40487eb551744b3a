import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { fields, type Rule, required, valueRule } from "../arguments/shapes";
import { type BackupBucket, bucketProblems, bucketRules, type SourceStorage } from "../maintenance/backup/bucket";
import { type BackupEncryption, backupEncryptionRules } from "../maintenance/backup/password";
import { type AccessedArguments, storageAccessProblems } from "../maintenance/storageAccess";

/**
 * Restores the images from a backup of `maintenance.backup` before the registry starts, into storage that is empty. A Job copies them,
 * and verifies every digest. As long as this argument is set, the registry does not start on storage that was not restored completely.
 * The registry's storage must be `volume`, `existingClaim`, `hostPath`, `s3` or `minio`.
 */
export interface RegistryRestore {
    /**
     * The bucket with the backup, as in `maintenance.backup.s3` of the registry that wrote it. The key needs the rights to list and to
     * read objects and their versions. In a stack's configuration, its secret part is the secret value `restore-secret-access-key`.
     */
    s3: BackupBucket;
    /**
     * ID of the backup: the name of its directory in the bucket, of 16 hexadecimal digits. Defaults to the one in the stack's state, which
     * `maintenance.backup` writes, and otherwise to the only one in the bucket. If there are several, the Job fails and names them.
     */
    id?: pulumi.Input<string>;
    /** Time of the snapshot, e.g. `2026-11-28T030000Z`, or `latest` for the newest complete one. Defaults to `latest`. */
    snapshot?: pulumi.Input<string>;
    /**
     * Decrypts the backup. Required if it is encrypted. Without a password, the one of `maintenance.backup.encryption` is used, which may
     * be in the stack's state only.
     */
    encryption?: BackupEncryption;
}

const backupId: Rule<pulumi.Input<string>> = valueRule((value) =>
    typeof value === "string" && /^[0-9a-f]{16}$/.test(value)
        ? undefined
        : "must be 16 hexadecimal digits in quotes, the name of a directory in the bucket, e.g. `0f1e2d3c4b5a6978`",
);

const snapshotTime: Rule<pulumi.Input<string>> = valueRule((value) =>
    typeof value === "string" && /^(latest|20\d\d-\d\d-\d\dT\d{6}Z)$/.test(value)
        ? undefined
        : "must be `latest` or the time of a snapshot, e.g. `2026-11-28T030000Z`",
);

export const restoreRules = fields<RegistryRestore>({
    s3: required(bucketRules("restore-secret-access-key"), "name the bucket with the backup"),
    id: backupId,
    snapshot: snapshotTime,
    encryption: backupEncryptionRules({ key: "restore-password", shared: "backup-password" }),
});

/** The arguments that decide whether a restore is possible. */
interface RestoredArguments extends AccessedArguments {
    readonly restore?: RegistryRestore;
    readonly storage?: AccessedArguments["storage"] & SourceStorage;
    readonly maintenance?: { readonly schedule?: unknown; readonly backup?: { readonly encryption?: object } };
}

/** A problem for each argument with which a restore is not possible; none without it. `driver` is the one that `config` chooses. */
export function restoreProblems(args: RestoredArguments, driver: string | undefined): Problem[] {
    const { restore, storage = {}, maintenance } = args;
    if (restore === undefined) return [];
    const { s3, encryption } = restore;
    const isUnknown =
        encryption !== undefined && encryption.password === undefined && maintenance?.backup?.encryption === undefined;
    const reason =
        "is missing, and the state has none without maintenance.backup.encryption; set the password of the backup";
    return [
        // A missing bucket is a separate problem.
        ...(s3 === undefined ? [] : bucketProblems("restore.s3", s3, storage)),
        ...(isUnknown ? [{ path: "restore.encryption.password", reason }] : []),
        ...storageAccessProblems("restore", args, driver),
    ];
}

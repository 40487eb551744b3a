import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Problem } from "../../arguments/check";
import { mebibytes, size } from "../../arguments/quantity";
import { fields, type Rule, required } from "../../arguments/shapes";
import { type PodAddition, scratch } from "../../kubernetes/pod";
import type { Scope } from "../../kubernetes/scope";
import { type BackupBucket, bucketProblems, bucketRules, type SourceStorage, useBucket } from "./bucket";
import { type BackupEncryption, backupEncryptionRules, backupPassword } from "./password";

/** How the backup is proven. */
export interface BackupVerification {
    /**
     * Size of the blobs that the monthly restore reads and pulls, as a Kubernetes quantity: the smallest image of each repository, as
     * many repositories as fit. The pod needs as much ephemeral storage. Defaults to `1Gi`.
     */
    sizeLimit?: pulumi.Input<string>;
}

/**
 * A copy of all images in another bucket, at the end of each run, while pushes and pulls go on. Each run writes a snapshot of all links,
 * and only the blobs that the bucket has not. It never deletes anything in the bucket.
 */
export interface RegistryBackup {
    /**
     * The bucket. It must not be the bucket of `storage.s3`, and needs versioning or Object Lock, because anyone with the access key can otherwise
     * overwrite the backup. The key needs the rights to read, list and write objects and to read the versioning, and no right to delete.
     */
    s3: BackupBucket;
    /** Encrypts the contents of the backup. Disabled by default. A backup must not change between encrypted and not encrypted. */
    encryption?: BackupEncryption;
    /** How the backup is proven. Each run reads one seventh of the blobs, and a run every four weeks restores images and pulls them. */
    verify?: BackupVerification;
}

export const backupRules: Rule<RegistryBackup> = fields<RegistryBackup>({
    s3: required(bucketRules("backup-secret-access-key"), "name the bucket"),
    encryption: backupEncryptionRules(),
    verify: fields<BackupVerification>({ sizeLimit: size }),
});

/** The registry's storage, as far as the backup depends on it. */
interface BackedUpStorage extends SourceStorage {
    readonly s3?: SourceStorage["s3"] & { readonly bucket?: unknown; readonly endpoint?: unknown };
}

export function backupProblems(backup: RegistryBackup | undefined, storage: BackedUpStorage = {}): Problem[] {
    // A missing bucket is a separate problem.
    if (backup?.s3 === undefined) return [];
    const path = "maintenance.backup.s3";
    const { bucket, endpoint } = backup.s3;
    const isOwn = typeof bucket === "string" && storage.s3?.bucket === bucket && storage.s3.endpoint === endpoint;
    return [
        ...bucketProblems(path, backup.s3, storage),
        ...(isOwn
            ? [
                  {
                      path: `${path}.bucket`,
                      reason: "is the bucket of storage.s3, with which the backup would be lost; use another one",
                  },
              ]
            : []),
    ];
}

/** What the container of the Job needs for the backup. */
export interface UsedBackup {
    readonly env: pulumi.Output<Record<string, string>>;
    readonly pods: readonly PodAddition[];
}

const proof = "/proof";

/** What the state keeps of the backup, for the backup itself and for a restore. */
export interface BackupIdentity {
    /** Name of the backup's directory in the bucket. */
    readonly id: pulumi.Output<string>;
    /** Undefined without encryption. */
    readonly password: pulumi.Output<string> | undefined;
}

/** Creates the identity of the registry's backup; undefined without one. */
export function createBackupIdentity(
    scope: Scope,
    { maintenance }: { readonly maintenance: { readonly backup?: RegistryBackup } | undefined },
): BackupIdentity | undefined {
    if (maintenance?.backup === undefined) return undefined;
    const { encryption } = maintenance.backup;
    const { hex } = new random.RandomId(scope.name("backup-id"), { byteLength: 8 }, scope.lastingOptions(false));
    return { id: hex, password: encryption && backupPassword(scope, encryption) };
}

export function prepareBackup(scope: Scope, { s3, verify }: RegistryBackup, identity: BackupIdentity): UsedBackup {
    const bucket = useBucket(scope, "backup", s3, identity.password);
    const limit = pulumi.output(verify?.sizeLimit).apply((given) => mebibytes(given ?? "1Gi"));
    const env = pulumi.all([bucket.env, identity.id, limit]).apply(
        ([ofBucket, id, mebi]): Record<string, string> => ({
            ...ofBucket,
            BACKUP_ID: id,
            PROOF: proof,
            PROOF_LIMIT: String(mebi * 1024 * 1024),
        }),
    );
    // Room for links, too, which take 4 KiB each.
    const room = limit.apply((mebi) => `${mebi + 2048}Mi`);
    return { env, pods: [bucket.pod, scratch("proof", proof, room)] };
}

import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../arguments/check";
import { origin } from "../../arguments/hosts";
import { boolean, bucketName, memberOf, objectKey, optionalAuthorityPem, s3Region } from "../../arguments/rules";
import { exactlyOneOf, fields, type Rule, required } from "../../arguments/shapes";
import { secretByContent } from "../../kubernetes/contentNamed";
import { mountedSecret, type PodAddition, secretVariable } from "../../kubernetes/pod";
import type { Scope } from "../../kubernetes/scope";
import {
    type BucketSettings,
    bucketSection,
    encryptionRules,
    keyRules,
    type S3Encryption,
    type S3Keys,
    type S3KeysReference,
    S3StorageClass,
} from "../../storage/s3";
import { bucketRoot, rcloneVariable, rcloneVariables } from "../rclone";

/** How a Job authenticates to the bucket of a backup: one of these. */
export interface BackupCredentials {
    /** An access key. */
    keys?: S3Keys;
    /** A Secret with an access key. */
    existingSecret?: S3KeysReference;
}

/** A bucket of Amazon S3 or an S3-compatible server for backups. */
export interface BackupBucket {
    /** Name of the bucket, which must exist. */
    bucket: pulumi.Input<string>;
    /** Region of the bucket, e.g. `eu-central-1`. Defaults to `us-east-1`, which most S3-compatible servers accept. */
    region?: pulumi.Input<string>;
    /** URL of an S3-compatible server, e.g. `https://s3.example.com`. Defaults to Amazon S3. */
    endpoint?: pulumi.Input<string>;
    /**
     * Whether the bucket is in the URL's path and not in the host name. Defaults to true with an endpoint, otherwise to false.
     */
    pathStyle?: pulumi.Input<boolean>;
    /** CA certificates to trust in addition to the public ones, PEM-encoded. */
    caCertPem?: pulumi.Input<string>;
    /**
     * How the Job authenticates to S3. Defaults to the AWS SDK's credential chain in the pod: the role of `storage.s3.credentials`, EKS
     * Pod Identity, or the node's role. Required with an endpoint, and if the registry's storage has an access key.
     */
    credentials?: BackupCredentials;
    /** Key prefix in the bucket. Registries can share it: each has its own directory there. Defaults to the bucket's root. */
    rootDirectory?: pulumi.Input<string>;
    /** Server-side encryption that is requested for each object. Defaults to the bucket's setting. */
    encryption?: S3Encryption;
    /** Storage class of the objects. Defaults to `STANDARD`, and to `NONE` with an endpoint. */
    storageClass?: pulumi.Input<S3StorageClass>;
}

/** The rules of a bucket, whose secret access key is this value of a stack's configuration. */
export function bucketRules(configurationKey: string): Rule<BackupBucket> {
    return fields<BackupBucket>({
        bucket: required(bucketName, "name the bucket"),
        region: s3Region,
        endpoint: origin,
        pathStyle: boolean,
        caCertPem: optionalAuthorityPem,
        credentials: exactlyOneOf<BackupCredentials>(keyRules(configurationKey)),
        rootDirectory: objectKey,
        encryption: encryptionRules,
        storageClass: memberOf(S3StorageClass),
    });
}

/** The registry's storage, as far as it gives its pods an access key. */
export interface SourceStorage {
    readonly s3?: { readonly credentials?: { readonly keys?: object; readonly existingSecret?: object } };
    readonly minio?: object;
}

/** A problem for a bucket without credentials, if the pod has none for it. `path` is that of the bucket. */
export function bucketProblems(
    path: string,
    { credentials, endpoint }: BackupBucket,
    storage: SourceStorage,
): Problem[] {
    if (credentials !== undefined) return [];
    const { s3, minio } = storage;
    const reason = (why: string) => [
        { path: `${path}.credentials`, reason: `is missing; ${why}, so set an access key in keys or existingSecret` },
    ];
    if (endpoint !== undefined) return reason("only AWS provides pods with credentials automatically");
    if (minio ?? s3?.credentials?.keys ?? s3?.credentials?.existingSecret) {
        return reason("the pod's own credentials are those of the registry's storage");
    }
    return [];
}

/** Where the pods mount the CA certificates of the bucket's server. */
const certificates = "/backup/certificates";

/**
 * What a container that runs bucket.sh needs to use the bucket. `part` is the last part of the name of the Secret with the access key,
 * the CA certificates and the password.
 */
export function useBucket(
    scope: Scope,
    part: string,
    s3: BackupBucket,
    password: pulumi.Input<string> | undefined,
): { readonly env: pulumi.Output<Record<string, string>>; readonly pod: PodAddition } {
    const { credentials: { keys, existingSecret } = {}, caCertPem, ...settings } = s3;
    const hasKeys = (keys ?? existingSecret) !== undefined;
    const env = pulumi.output(settings).apply(
        (known): Record<string, string> => ({
            ...variablesOf(known),
            ...(hasKeys && { [rcloneVariable("backup", "ENV_AUTH")]: "false" }),
            ...(caCertPem !== undefined && { BACKUP_CERTIFICATES: certificates }),
        }),
    );
    const stored = {
        ...(keys && { accessKeyId: keys.accessKeyId, secretAccessKey: pulumi.secret(keys.secretAccessKey) }),
        // An Output may be empty. The file is mounted in any case.
        ...(caCertPem !== undefined && { "ca.crt": pulumi.output(caCertPem).apply((ca) => ca ?? "") }),
        ...(password !== undefined && { password: pulumi.secret(password) }),
    };
    if (Object.keys(stored).length === 0)
        return { env, pod: { env: existingSecret ? keyVariables(existingSecret) : [] } };
    const { name } = secretByContent(scope, part, "maintenance", stored);
    const reference = keys
        ? { name, accessKeyIdKey: "accessKeyId", secretAccessKeyKey: "secretAccessKey" }
        : existingSecret;
    const items = [{ key: "ca.crt", path: "ca.crt" }];
    return {
        env,
        pod: {
            ...(caCertPem === undefined ? {} : mountedSecret("backup-ca", name, certificates, { items })),
            env: [
                ...(reference ? keyVariables(reference) : []),
                ...(password === undefined ? [] : [secretVariable("BACKUP_PASSWORD", name, "password")]),
            ],
        },
    };
}

function variablesOf(bucket: BucketSettings): Record<string, string> {
    const section = bucketSection(bucket);
    return { ...rcloneVariables(section, false, "backup"), BACKUP: bucketRoot(section, "backup") };
}

function keyVariables(reference: S3KeysReference) {
    const { name, accessKeyIdKey = "AWS_ACCESS_KEY_ID", secretAccessKeyKey = "AWS_SECRET_ACCESS_KEY" } = reference;
    return [
        secretVariable(rcloneVariable("backup", "ACCESS_KEY_ID"), name, accessKeyIdKey),
        secretVariable(rcloneVariable("backup", "SECRET_ACCESS_KEY"), name, secretAccessKeyKey),
    ];
}

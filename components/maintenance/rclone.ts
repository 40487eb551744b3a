import type { Section } from "../server/configYml";

/** Names of rclone's remotes: the registry's bucket, and the bucket with its backup. */
type Remote = "registry" | "backup";

const mebi = 1024 * 1024;

/** The smallest part of a multipart copy that S3 accepts. */
const leastPart = 5 * mebi;

/** Parts of an upload are in memory, up to four at a time. The job uploads small files only. */
const most = { part: 64 * mebi, concurrency: 4 };

/** As the registry reads a boolean of a storage driver. */
function isTrue(value: unknown, unlessSet = false): boolean {
    return value === undefined ? unlessSet : ["true", "t", "1"].includes(String(value).toLowerCase());
}

function text(value: unknown): string | undefined {
    return value === undefined || value === "" ? undefined : String(value);
}

function count(value: unknown): number | undefined {
    return value === undefined ? undefined : Number(value);
}

/**
 * The environment variables with which rclone uses the bucket like the registry, from the final `storage.s3` section of config.yml.
 * Unless other variables hold an access key, credentials are in the variables of the AWS SDK, which both read. https://rclone.org/s3/
 */
export function rcloneVariables(s3: Section, isMinio: boolean, remote: Remote = "registry"): Record<string, string> {
    const endpoint = endpointOf(s3);
    const isPathStyle = isTrue(s3.forcepathstyle);
    // With `AWS`, rclone never puts the bucket in the path.
    const provider = isMinio ? "Minio" : endpoint === undefined && !isPathStyle ? "AWS" : "Other";
    const options: Record<string, string | undefined> = {
        TYPE: "s3",
        PROVIDER: provider,
        ENV_AUTH: "true",
        NO_CHECK_BUCKET: "true",
        // As the registry does; for `Other`, rclone's default is version 1.
        LIST_VERSION: "2",
        REGION: text(s3.region),
        ENDPOINT: endpoint,
        FORCE_PATH_STYLE: String(isPathStyle),
        STORAGE_CLASS: storageClassOf(s3),
        ACL: text(s3.objectacl),
        USE_DUAL_STACK: isTrue(s3.usedualstack) ? "true" : undefined,
        USE_ACCELERATE_ENDPOINT: isTrue(s3.accelerate) ? "true" : undefined,
        V2_AUTH: isTrue(s3.v4auth, true) ? undefined : "true",
        ...encryptionOf(s3),
        ...multipartOf(s3),
    };
    const others: Record<string, string | undefined> = {
        RCLONE_NO_CHECK_CERTIFICATE: isTrue(s3.skipverify) ? "true" : undefined,
        AWS_USE_FIPS_ENDPOINT: isTrue(s3.usefipsendpoint) ? "true" : undefined,
    };
    const prefixed = Object.entries(options).map(([name, value]) => [rcloneVariable(remote, String(name)), value]);
    return Object.fromEntries([...prefixed, ...Object.entries(others)].filter(([, value]) => value !== undefined));
}

/** The environment variable that sets an option of a remote. */
export function rcloneVariable(remote: Remote, option: string): string {
    return `RCLONE_CONFIG_${remote.toUpperCase()}_${option}`;
}

/** The AWS SDK of the registry adds a missing scheme. */
function endpointOf({ regionendpoint, secure }: Section): string | undefined {
    const endpoint = text(regionendpoint);
    if (endpoint === undefined || endpoint.includes("://")) return endpoint;
    return `${isTrue(secure, true) ? "https" : "http"}://${endpoint}`;
}

function storageClassOf({ storageclass }: Section): string | undefined {
    const name = text(storageclass)?.toUpperCase();
    return name === "NONE" ? undefined : name;
}

function encryptionOf({ encrypt, keyid }: Section): Record<string, string | undefined> {
    if (!isTrue(encrypt)) return {};
    const key = text(keyid);
    return { SERVER_SIDE_ENCRYPTION: key === undefined ? "AES256" : "aws:kms", SSE_KMS_KEY_ID: key };
}

/** rclone has one setting for the part size of a copy and for the size from which a copy is multipart. */
function multipartOf(s3: Section): Record<string, string | undefined> {
    const bytes = (size: number | undefined) => (size === undefined ? undefined : `${size}B`);
    const part = count(s3.chunksize);
    const copied = count(s3.multipartcopychunksize) ?? count(s3.multipartcopythresholdsize);
    const concurrency = count(s3.multipartcopymaxconcurrency);
    return {
        CHUNK_SIZE: bytes(part && Math.min(part, most.part)),
        COPY_CUTOFF: bytes(copied === undefined ? undefined : Math.max(copied, leastPart)),
        UPLOAD_CONCURRENCY: text(concurrency && Math.min(concurrency, most.concurrency)),
    };
}

/** The registry's root directory for rclone: a path in the pod, or in the bucket. `storage` is the final section of config.yml. */
export function rcloneRoot({ s3, filesystem }: Section): string {
    return s3 === undefined ? String((filesystem as Section).rootdirectory) : bucketRoot(s3 as Section);
}

/** The root directory in a bucket for rclone. */
export function bucketRoot({ bucket, rootdirectory }: Section, remote: Remote = "registry"): string {
    const prefix = (text(rootdirectory) ?? "").replace(/^\/+|\/+$/g, "");
    return `${remote}:${bucket}${prefix && `/${prefix}`}`;
}

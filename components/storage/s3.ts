import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { origin } from "../arguments/hosts";
import {
    boolean,
    bucketName,
    dnsName,
    integer,
    memberOf,
    nonEmptyString,
    objectKey,
    optionalAuthorityPem,
    s3Region,
    secretKey,
    trimmedString,
} from "../arguments/rules";
import { exactlyOneOf, fields, required, secret } from "../arguments/shapes";
import { secretByContent } from "../kubernetes/contentNamed";
import { secretVariable } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { isInCluster } from "../kubernetes/serviceNames";
import { inPod, type Section } from "../server/configYml";
import type { RegistryAddition } from "../server/pods";

/** Storage class of the objects in S3 (`storageclass`). */
export enum S3StorageClass {
    /** AWS's standard class, which is also the registry's default. */
    Standard = "STANDARD",
    /** Reduced redundancy. */
    ReducedRedundancy = "REDUCED_REDUNDANCY",
    /** For rarely read objects. */
    StandardIa = "STANDARD_IA",
    /** For rarely read objects, in one availability zone. */
    OnezoneIa = "ONEZONE_IA",
    /** Moved between classes automatically, by usage. */
    IntelligentTiering = "INTELLIGENT_TIERING",
    /** On AWS Outposts. */
    Outposts = "OUTPOSTS",
    /** Archive with instant retrieval. */
    GlacierIr = "GLACIER_IR",
    /** No class is requested, for servers without storage classes. */
    None = "NONE",
}

/** An access key. */
export interface S3Keys {
    /** Access key ID. */
    accessKeyId: pulumi.Input<string>;
    /**
     * Secret access key. Secret. In a stack's configuration it is the secret value `s3-secret-access-key`, for a backup
     * `backup-secret-access-key`, and for a restore `restore-secret-access-key`.
     */
    secretAccessKey: pulumi.Input<string>;
}

/** A Secret in the registry's namespace with an access key. The pods read it at startup. */
export interface S3KeysReference {
    /** Name of the Secret. */
    name: pulumi.Input<string>;
    /** Key of the Secret with the access key ID. Defaults to `AWS_ACCESS_KEY_ID`. */
    accessKeyIdKey?: pulumi.Input<string>;
    /** Key of the Secret with the secret access key. Defaults to `AWS_SECRET_ACCESS_KEY`. */
    secretAccessKeyKey?: pulumi.Input<string>;
}

/** An IAM role that the registry's service account assumes (IRSA, IAM roles for service accounts). */
export interface S3Role {
    /** ARN of the role, e.g. `arn:aws:iam::123456789012:role/registry`: the service account's annotation `eks.amazonaws.com/role-arn`. */
    arn: pulumi.Input<string>;
}

/** How the registry authenticates to S3: one of these. */
export interface S3Credentials {
    /** An access key. */
    keys?: S3Keys;
    /** A Secret with an access key. */
    existingSecret?: S3KeysReference;
    /** An IAM role (IRSA). */
    role?: S3Role;
}

/** Multipart uploads and copies. */
export interface S3Multipart {
    /** Part size of an upload in MiB (`chunksize`), at least 5. The pod keeps one part of each upload in memory. Defaults to 10. */
    chunkSizeMi?: pulumi.Input<number>;
    /** Part size in MiB of the copy inside S3 that completes every upload (`multipartcopychunksize`), at least 5. Defaults to 32. */
    copyChunkSizeMi?: pulumi.Input<number>;
    /** Number of parts that are copied concurrently (`multipartcopymaxconcurrency`). Defaults to 100. */
    copyConcurrency?: pulumi.Input<number>;
    /** Size in MiB from which a copy is multipart (`multipartcopythresholdsize`). Defaults to 32. */
    copyThresholdMi?: pulumi.Input<number>;
}

/** Server-side encryption with AWS KMS (`encrypt`). */
export interface S3Encryption {
    /** ID of the KMS key (`keyid`). Defaults to the AWS managed key of S3. */
    kmsKeyId?: pulumi.Input<string>;
}

/** A bucket of Amazon S3 or an S3-compatible server. */
export interface S3Storage {
    /** Name of the bucket (`bucket`), which must exist. */
    bucket: pulumi.Input<string>;
    /**
     * Region of the bucket (`region`), e.g. `eu-central-1`, or the region of an S3-compatible server, e.g. `RegionOne`, `fsn1` or
     * `auto`. Defaults to `us-east-1`, which most S3-compatible servers accept.
     */
    region?: pulumi.Input<string>;
    /**
     * URL of an S3-compatible server (`regionendpoint`), e.g. `https://s3.example.com` or `http://minio.minio.svc:9000`. Defaults
     * to Amazon S3.
     */
    endpoint?: pulumi.Input<string>;
    /**
     * Whether the bucket is in the URL's path and not in the host name (`forcepathstyle`). Defaults to true with an endpoint,
     * otherwise to false.
     */
    pathStyle?: pulumi.Input<boolean>;
    /** CA certificates to trust in addition to the public ones, PEM-encoded. */
    caCertPem?: pulumi.Input<string>;
    /**
     * How the registry authenticates to S3. Defaults to the AWS SDK's credential chain in the pod: EKS Pod Identity, or the
     * node's role. Required with an endpoint.
     */
    credentials?: S3Credentials;
    /** Key prefix in the bucket (`rootdirectory`). Defaults to the bucket's root. */
    rootDirectory?: pulumi.Input<string>;
    /**
     * Whether to redirect clients to S3 for blobs instead of proxying them (`redirect.disable`). Nodes must be able to reach and trust
     * S3. Defaults to true for Amazon S3, with `redirectEndpoint`, and for an https endpoint with a public name and certificate. Defaults
     * to false for an endpoint inside the cluster, without TLS, or with `caCertPem`.
     */
    redirect?: pulumi.Input<boolean>;
    /** URL of S3 for redirected clients (`redirectendpoint`), if it differs from the endpoint. Needs registry 3.1.2. */
    redirectEndpoint?: pulumi.Input<string>;
    /** Multipart uploads and copies. */
    multipart?: S3Multipart;
    /** Server-side encryption that is requested for each object. Defaults to the bucket's setting. */
    encryption?: S3Encryption;
    /** Storage class of the objects (`storageclass`). Defaults to `STANDARD`, and to `NONE` with an endpoint. */
    storageClass?: pulumi.Input<S3StorageClass>;
}

const gibi = 1024;

/** The rules of an access key, whose secret part is this value of a stack's configuration. */
export function keyRules(configurationKey: string) {
    return {
        keys: fields<S3Keys>({
            accessKeyId: required(trimmedString, "set the access key ID"),
            secretAccessKey: required(secret(trimmedString, { key: configurationKey }), "set the secret access key"),
        }),
        existingSecret: fields<S3KeysReference>({
            name: required(dnsName, "name the Secret"),
            accessKeyIdKey: secretKey,
            secretAccessKeyKey: secretKey,
        }),
    };
}

const credentialRules = exactlyOneOf<S3Credentials>({
    ...keyRules("s3-secret-access-key"),
    role: fields<S3Role>({ arn: required(nonEmptyString, "name the role") }),
});

export const encryptionRules = fields<S3Encryption>({ kmsKeyId: nonEmptyString });

export const s3Rules = fields<S3Storage>({
    bucket: required(bucketName, "name the bucket"),
    region: s3Region,
    endpoint: origin,
    pathStyle: boolean,
    caCertPem: optionalAuthorityPem,
    credentials: credentialRules,
    rootDirectory: objectKey,
    redirect: boolean,
    redirectEndpoint: origin,
    multipart: fields<S3Multipart>({
        chunkSizeMi: integer(5, 5 * gibi),
        copyChunkSizeMi: integer(5, 5 * gibi),
        copyConcurrency: integer(1, 1000),
        copyThresholdMi: integer(0, 5 * gibi),
    }),
    encryption: encryptionRules,
    storageClass: memberOf(S3StorageClass),
});

/** The form of all regions that AWS has. */
const awsRegion = /^[a-z]{2}(-[a-z]+)+-\d+$/;

/** The warning about a region without an endpoint, with which the registry does not start unless `config` sets an endpoint. */
export function regionWarning({ region, endpoint }: Pick<S3Settings, "region" | "endpoint">): string | undefined {
    if (endpoint !== undefined || region === undefined || awsRegion.test(region)) return undefined;
    return `storage.s3.region: ${region} is not a region of AWS; for an S3-compatible server, set storage.s3.endpoint as well`;
}

export function s3Problems(path: string, s3: S3Storage): Problem[] {
    const problems: Problem[] = [];
    if (s3.redirectEndpoint !== undefined && s3.redirect === false) {
        const reason = "is for redirected clients, but `redirect` is false; remove one of the two";
        problems.push({ path: `${path}.redirectEndpoint`, reason });
    }
    if (s3.credentials === undefined && s3.endpoint !== undefined) {
        const reason =
            "is missing; only AWS provides pods with credentials automatically, so set an access key in keys or existingSecret";
        problems.push({ path: `${path}.credentials`, reason });
    }
    return problems;
}

/** The arguments that are written to config.yml: all except credentials and CA certificates. */
export type S3Settings = pulumi.Unwrap<Omit<S3Storage, "credentials" | "caCertPem">> & {
    /** Whether the endpoint's certificate is publicly trusted. */
    isTrusted: boolean;
};

/** The arguments that say where a bucket is, and how objects are stored in it. */
export type BucketSettings = Pick<
    S3Settings,
    "bucket" | "region" | "endpoint" | "pathStyle" | "rootDirectory" | "encryption" | "storageClass"
>;

/** These arguments in the format of the `storage.s3` section of config.yml. */
export function bucketSection({ endpoint, encryption, ...s3 }: BucketSettings): Section {
    return {
        bucket: s3.bucket,
        region: s3.region ?? "us-east-1",
        regionendpoint: endpoint,
        secure: !endpoint?.startsWith("http://"),
        forcepathstyle: s3.pathStyle ?? endpoint !== undefined,
        rootdirectory: s3.rootDirectory,
        encrypt: encryption === undefined ? undefined : true,
        keyid: encryption?.kmsKeyId,
        storageclass: s3.storageClass ?? (endpoint === undefined ? undefined : S3StorageClass.None),
    };
}

/** The `storage.s3` and `storage.redirect` sections of config.yml. */
export function s3Driver(s3: S3Settings, clusterDomain: string): Section {
    const { multipart = {} } = s3;
    const mebi = (count: number | undefined) => (count === undefined ? undefined : count * 1024 * 1024);
    const section: Section = {
        ...bucketSection(s3),
        redirectendpoint: s3.redirectEndpoint,
        chunksize: mebi(multipart.chunkSizeMi),
        multipartcopychunksize: mebi(multipart.copyChunkSizeMi),
        multipartcopymaxconcurrency: multipart.copyConcurrency,
        multipartcopythresholdsize: mebi(multipart.copyThresholdMi),
    };
    const redirects = s3.redirect ?? (s3.redirectEndpoint !== undefined || isPublic(s3, clusterDomain));
    return {
        s3: Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined)),
        redirect: { disable: !redirects },
    };
}

/** Whether clients can be expected to resolve and trust the endpoint. */
function isPublic({ endpoint, isTrusted }: S3Settings, clusterDomain: string): boolean {
    if (endpoint === undefined) return true;
    const { protocol, hostname } = new URL(endpoint);
    return protocol === "https:" && isTrusted && !isInCluster(hostname, clusterDomain);
}

export interface S3Context {
    readonly clusterDomain: pulumi.Input<string>;
}

/** The storage driver's configuration, and the credentials and CA certificates in the pod. */
export function useS3(scope: Scope, s3: S3Storage, context: S3Context) {
    const { credentials = {}, caCertPem, ...settings } = s3;
    const authority = caCertPem === undefined ? undefined : pulumi.output(caCertPem);
    const driver = pulumi
        .all([pulumi.output(settings), pulumi.output(context.clusterDomain), pulumi.output(authority)])
        .apply(([s3Settings, domain, ca]) => {
            const warning = regionWarning(s3Settings);
            if (warning !== undefined) scope.warn(warning);
            return s3Driver({ ...s3Settings, isTrusted: ca === undefined }, domain);
        });
    const { keys, existingSecret, role } = credentials;
    const stored = {
        ...(keys && { accessKeyId: keys.accessKeyId, secretAccessKey: pulumi.secret(keys.secretAccessKey) }),
        // An Output may be empty. The file is mounted in any case.
        ...(authority && { "ca.crt": authority.apply((ca) => ca ?? "") }),
    };
    if (Object.keys(stored).length === 0) return { driver, pod: podOf(undefined, existingSecret, role) };
    const { name } = secretByContent(scope, "s3", "server", stored);
    const reference = keys
        ? { name, accessKeyIdKey: "accessKeyId", secretAccessKeyKey: "secretAccessKey" }
        : existingSecret;
    return { driver, pod: podOf(authority && name, reference, role) };
}

function keyVariables({ name, accessKeyIdKey, secretAccessKeyKey }: S3KeysReference) {
    const variable = (of: string, key: pulumi.Input<string> = of) => secretVariable(of, name, key);
    return [variable("AWS_ACCESS_KEY_ID", accessKeyIdKey), variable("AWS_SECRET_ACCESS_KEY", secretAccessKeyKey)];
}

/** The environment variables of the AWS SDK, and the directory of CA certificates that Go reads in addition to the system's. */
function podOf(
    caSecretName: pulumi.Output<string> | undefined,
    keys: S3KeysReference | undefined,
    role: S3Role | undefined,
): RegistryAddition {
    const items = [{ key: "ca.crt", path: "ca.crt" }];
    return {
        env: [
            ...(keys ? keyVariables(keys) : []),
            ...(caSecretName ? [{ name: "SSL_CERT_DIR", value: inPod.caCertificates }] : []),
        ],
        volumes: caSecretName ? [{ name: "s3-ca", secret: { secretName: caSecretName, items } }] : [],
        mounts: caSecretName ? [{ name: "s3-ca", mountPath: inPod.caCertificates, readOnly: true }] : [],
        accountAnnotations: role ? { "eks.amazonaws.com/role-arn": role.arn } : {},
    };
}

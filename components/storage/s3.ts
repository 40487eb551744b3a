import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import {
    boolean,
    bucketName,
    certificatePem,
    dnsName,
    integer,
    memberOf,
    nonEmptyString,
    objectKey,
    origin,
} from "../arguments/rules";
import { exactlyOneOf, fields, required, secret } from "../arguments/shapes";
import { secretVariable } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { inPod, type Section } from "../server/configYml";
import type { RegistryAddition } from "../server/pods";

/** Class in which S3 keeps the objects. */
export enum S3StorageClass {
    /** AWS's usual class, which the registry asks for by itself. */
    Standard = "STANDARD",
    /** Less redundant. */
    ReducedRedundancy = "REDUCED_REDUNDANCY",
    /** For what is seldom read. */
    StandardIa = "STANDARD_IA",
    /** For what is seldom read, in one zone. */
    OnezoneIa = "ONEZONE_IA",
    /** Moved between classes by use. */
    IntelligentTiering = "INTELLIGENT_TIERING",
    /** On AWS Outposts. */
    Outposts = "OUTPOSTS",
    /** An archive that can be read at once. */
    GlacierIr = "GLACIER_IR",
    /** Nothing is asked for; for servers that know no classes. */
    None = "NONE",
}

/** An access key. */
export interface S3Keys {
    /** The key's public part. */
    accessKeyId: pulumi.Input<string>;
    /** The key's secret part. Secret. In a stack's configuration it is the secret value `s3-secret-access-key`. */
    secretAccessKey: pulumi.Input<string>;
}

/** A Secret in the registry's namespace that holds an access key. The pods read it when they start. */
export interface S3KeysReference {
    /** Name of the Secret. */
    name: pulumi.Input<string>;
    /** Key of the Secret that holds the access key's public part. Defaults to `AWS_ACCESS_KEY_ID`. */
    accessKeyIdKey?: pulumi.Input<string>;
    /** Key of the Secret that holds the access key's secret part. Defaults to `AWS_SECRET_ACCESS_KEY`. */
    secretAccessKeyKey?: pulumi.Input<string>;
}

/** An AWS role that the registry's service account may take (IAM roles for service accounts). */
export interface S3Role {
    /** The role, e.g. `arn:aws:iam::123456789012:role/registry`; the annotation `eks.amazonaws.com/role-arn` of the service account. */
    arn: pulumi.Input<string>;
}

/** How the registry identifies itself to S3: one of these. */
export interface S3Credentials {
    /** An access key. */
    keys?: S3Keys;
    /** A Secret that holds an access key. */
    existingSecret?: S3KeysReference;
    /** An AWS role. */
    role?: S3Role;
}

/** How large blobs are sent and moved in parts. */
export interface S3Multipart {
    /** MiB of each part of an upload; the pod keeps one part of each upload in memory (`chunksize`). From 5; defaults to 10. */
    chunkSizeMi?: pulumi.Input<number>;
    /** MiB of each part of a copy inside S3, which ends every upload (`multipartcopychunksize`). From 5; defaults to 32. */
    copyChunkSizeMi?: pulumi.Input<number>;
    /** Parts that are copied at once (`multipartcopymaxconcurrency`). Defaults to 100. */
    copyConcurrency?: pulumi.Input<number>;
    /** MiB from which a copy is made in parts (`multipartcopythresholdsize`). Defaults to 32. */
    copyThresholdMi?: pulumi.Input<number>;
}

/** Encryption by S3. */
export interface S3Encryption {
    /** Key of AWS KMS. Defaults to the key that S3 itself keeps. */
    kmsKeyId?: pulumi.Input<string>;
}

/** A bucket of Amazon S3 or of anything that speaks its protocol. */
export interface S3Storage {
    /** Name of the bucket, which must exist. */
    bucket: pulumi.Input<string>;
    /** Region of the bucket. Defaults to `us-east-1`, which most servers other than AWS take. */
    region?: pulumi.Input<string>;
    /** Address of the server, e.g. `https://s3.example.com` or `http://minio.minio.svc:9000`. Defaults to Amazon S3. */
    endpoint?: pulumi.Input<string>;
    /** Whether the bucket is named in the path and not in the host name. Defaults to true with an endpoint, else to false. */
    pathStyle?: pulumi.Input<boolean>;
    /** Certificate authorities to trust beside the public ones, in PEM form. */
    caCertPem?: pulumi.Input<string>;
    /** Who the registry is to S3. Defaults to what the pod finds by itself: EKS Pod Identity or the role of its node. */
    credentials?: S3Credentials;
    /** Folder in the bucket. Defaults to its top. */
    rootDirectory?: pulumi.Input<string>;
    /**
     * Whether clients are sent to S3 for blobs instead of getting them through the registry. Nodes must be able to reach and
     * trust it. Defaults to true for Amazon S3, with `redirectEndpoint`, and for an https endpoint with a public name and
     * certificate; to false for one inside the cluster, without TLS, or with `caCertPem`.
     */
    redirect?: pulumi.Input<boolean>;
    /** Address of S3 for clients that are redirected, when it is another one than the endpoint. Needs registry 3.1.2. */
    redirectEndpoint?: pulumi.Input<string>;
    /** How large blobs are sent and moved. */
    multipart?: S3Multipart;
    /** Encryption that each object asks for. Defaults to what the bucket does by itself. */
    encryption?: S3Encryption;
    /** Defaults to `STANDARD`, and to `NONE` with an endpoint. */
    storageClass?: pulumi.Input<S3StorageClass>;
}

const gibi = 1024;

const credentialRules = exactlyOneOf<S3Credentials>({
    keys: fields<S3Keys>({
        accessKeyId: required(nonEmptyString, "give the key's public part"),
        secretAccessKey: required(
            secret(nonEmptyString, { key: "s3-secret-access-key" }),
            "give the key's secret part",
        ),
    }),
    existingSecret: fields<S3KeysReference>({
        name: required(dnsName, "name the Secret"),
        accessKeyIdKey: nonEmptyString,
        secretAccessKeyKey: nonEmptyString,
    }),
    role: fields<S3Role>({ arn: required(nonEmptyString, "name the role") }),
});

export const s3Rules = fields<S3Storage>({
    bucket: required(bucketName, "name the bucket"),
    region: dnsName,
    endpoint: origin,
    pathStyle: boolean,
    caCertPem: certificatePem,
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
    encryption: fields<S3Encryption>({ kmsKeyId: nonEmptyString }),
    storageClass: memberOf(S3StorageClass),
});

export function s3Problems(path: string, s3: S3Storage): Problem[] {
    const problems: Problem[] = [];
    if (s3.redirectEndpoint !== undefined && s3.redirect === false) {
        const reason = "is for clients that are redirected, which `redirect` turns off; remove one of the two";
        problems.push({ path: `${path}.redirectEndpoint`, reason });
    }
    if (s3.credentials === undefined && s3.endpoint !== undefined) {
        const reason =
            "is missing; only AWS gives a pod credentials by itself, so name an access key in keys or existingSecret";
        problems.push({ path: `${path}.credentials`, reason });
    }
    return problems;
}

/** What of the arguments stands in config.yml: all but the credentials and the authorities. */
export type S3Settings = pulumi.Unwrap<Omit<S3Storage, "credentials" | "caCertPem">> & {
    /** Whether clients, too, trust the endpoint's certificate. */
    isTrusted: boolean;
};

/** The `s3` and `redirect` sections of config.yml. */
export function s3Driver(s3: S3Settings, clusterDomain: string): Section {
    const { endpoint, multipart = {}, encryption } = s3;
    const mebi = (count: number | undefined) => (count === undefined ? undefined : count * 1024 * 1024);
    const section: Section = {
        bucket: s3.bucket,
        region: s3.region ?? "us-east-1",
        regionendpoint: endpoint,
        secure: !endpoint?.startsWith("http://"),
        forcepathstyle: s3.pathStyle ?? endpoint !== undefined,
        rootdirectory: s3.rootDirectory,
        redirectendpoint: s3.redirectEndpoint,
        chunksize: mebi(multipart.chunkSizeMi),
        multipartcopychunksize: mebi(multipart.copyChunkSizeMi),
        multipartcopymaxconcurrency: multipart.copyConcurrency,
        multipartcopythresholdsize: mebi(multipart.copyThresholdMi),
        encrypt: encryption === undefined ? undefined : true,
        keyid: encryption?.kmsKeyId,
        storageclass: s3.storageClass ?? (endpoint === undefined ? undefined : S3StorageClass.None),
    };
    const redirects = s3.redirect ?? (s3.redirectEndpoint !== undefined || isPublic(s3, clusterDomain));
    return {
        s3: Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined)),
        redirect: { disable: !redirects },
    };
}

/** Whether clients can be expected to reach the endpoint under its name and to trust it. */
function isPublic({ endpoint, isTrusted }: S3Settings, clusterDomain: string): boolean {
    if (endpoint === undefined) return true;
    const { protocol, hostname } = new URL(endpoint);
    // `service` and `service.namespace` are names of the cluster's DNS, too.
    const isOfCluster =
        hostname.split(".").length < 3 || [".svc", `.${clusterDomain}`].some((end) => hostname.endsWith(end));
    return protocol === "https:" && isTrusted && !isOfCluster;
}

export interface S3Context {
    readonly clusterDomain: pulumi.Input<string>;
}

/** The driver's section, and the credentials and authorities in the pod. */
export function useS3(scope: Scope, s3: S3Storage, context: S3Context) {
    const { credentials = {}, caCertPem, ...settings } = s3;
    const driver = pulumi
        .all([pulumi.output(settings), pulumi.output(context.clusterDomain)])
        .apply(([known, domain]) => s3Driver({ ...known, isTrusted: caCertPem === undefined }, domain));
    const { keys, existingSecret, role } = credentials;
    const stored = {
        ...(keys && { accessKeyId: keys.accessKeyId, secretAccessKey: pulumi.secret(keys.secretAccessKey) }),
        ...(caCertPem !== undefined && { "ca.crt": caCertPem }),
    };
    if (Object.keys(stored).length === 0) return { driver, pod: podOf(undefined, existingSecret, role) };
    const secret = new k8s.core.v1.Secret(
        scope.name("s3"),
        {
            metadata: scope.metadata("server"),
            stringData: stored,
        },
        { parent: scope.parent },
    );
    const { name } = secret.metadata;
    const reference = keys
        ? { name, accessKeyIdKey: "accessKeyId", secretAccessKeyKey: "secretAccessKey" }
        : existingSecret;
    const pod = podOf(caCertPem === undefined ? undefined : name, reference, role);
    return { driver, pod: { ...pod, content: [pulumi.jsonStringify(stored)] } };
}

/** The environment that the AWS SDK in the registry reads, and the folder of authorities that Go reads beside the system's. */
function podOf(
    authorities: pulumi.Output<string> | undefined,
    keys: S3KeysReference | undefined,
    role: S3Role | undefined,
): RegistryAddition {
    const items = [{ key: "ca.crt", path: "ca.crt" }];
    return {
        env: [
            ...(keys
                ? [
                      secretVariable("AWS_ACCESS_KEY_ID", keys.name, keys.accessKeyIdKey ?? "AWS_ACCESS_KEY_ID"),
                      secretVariable(
                          "AWS_SECRET_ACCESS_KEY",
                          keys.name,
                          keys.secretAccessKeyKey ?? "AWS_SECRET_ACCESS_KEY",
                      ),
                  ]
                : []),
            ...(authorities ? [{ name: "SSL_CERT_DIR", value: inPod.authorities }] : []),
        ],
        volumes: authorities ? [{ name: "s3-ca", secret: { secretName: authorities, items } }] : [],
        mounts: authorities ? [{ name: "s3-ca", mountPath: inPod.authorities, readOnly: true }] : [],
        accountAnnotations: role ? { "eks.amazonaws.com/role-arn": role.arn } : {},
    };
}

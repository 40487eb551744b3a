import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { secretByContent, suffixedMetadata } from "../kubernetes/contentNamed";
import { mountedSecret, podSpec, scratch, secretVariable, variables } from "../kubernetes/pod";
import { fixedResources } from "../kubernetes/resources";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import type { StorageContext } from "./kind";
import type { S3Keys } from "./s3";

export interface MinioSetUp {
    readonly image: pulumi.Input<string>;
    readonly endpoint: pulumi.Output<string>;
    readonly bucket: string;
    /** Access key of the registry's user. */
    readonly keys: S3Keys;
    readonly rootSecretName: pulumi.Output<string>;
    readonly caCertPem: pulumi.Output<string> | undefined;
    readonly context: StorageContext;
    /** The server, which must be ready. */
    readonly after: pulumi.Resource;
}

/** The registry's policy in MinIO: the permissions that its S3 driver needs, for its bucket. */
export function bucketPolicy(bucket: string): object {
    const allow = (actions: string[], resource: string) => ({
        Effect: "Allow",
        Action: actions.map((action) => `s3:${action}`),
        Resource: [`arn:aws:s3:::${resource}`],
    });
    return {
        Version: "2012-10-17",
        Statement: [
            allow(["ListBucket", "GetBucketLocation", "ListBucketMultipartUploads"], bucket),
            allow(
                ["PutObject", "GetObject", "DeleteObject", "ListMultipartUploadParts", "AbortMultipartUpload"],
                `${bucket}/*`,
            ),
        ],
    };
}

const folder = "/setup";

const resources = fixedResources({
    requests: { cpu: "10m", memory: "64Mi" },
    limits: { cpu: "500m", memory: "256Mi" },
});

/** A Job that creates the bucket and the registry's user. It is idempotent. */
export function minioSetUp(scope: Scope, setUp: MinioSetUp): k8s.batch.v1.Job {
    const { caCertPem } = setUp;
    const content = {
        accessKeyId: setUp.keys.accessKeyId,
        secretAccessKey: setUp.keys.secretAccessKey,
        "policy.json": JSON.stringify(bucketPolicy(setUp.bucket)),
        ...(caCertPem && { "ca.crt": caCertPem }),
    };
    const secret = secretByContent(scope, "minio-set-up", "minio-set-up", content);
    const { name } = secret;
    const { rootSecretName: rootName } = setUp;
    const items = ["policy.json", ...(caCertPem ? ["ca.crt"] : [])].map((key) => ({ key, path: key }));
    const login = setUp.endpoint.apply((url) => url.replace("://", "://$(ROOT_USER):$(ROOT_PASSWORD)@"));
    return new k8s.batch.v1.Job(
        scope.name("minio-set-up"),
        {
            metadata: suffixedMetadata(scope, "minio-set-up", "minio-set-up", secret.suffix),
            spec: {
                backoffLimit: 5,
                activeDeadlineSeconds: 300,
                template: {
                    metadata: scope.podMetadata("minio-set-up"),
                    spec: podSpec(scope, setUp.context, {
                        restartPolicy: "Never",
                        containers: [
                            {
                                name: "set-up",
                                image: setUp.image,
                                command: ["/bin/sh", "-c", shellScript(__dirname, "minioSetup.sh")],
                                env: [
                                    ...variables({
                                        BUCKET: setUp.bucket,
                                        POLICY: `${folder}/policy.json`,
                                        SSL_CERT_DIR: folder,
                                    }),
                                    secretVariable("ACCESS_KEY", name, "accessKeyId"),
                                    secretVariable("SECRET_KEY", name, "secretAccessKey"),
                                    secretVariable("ROOT_USER", rootName, "MINIO_ROOT_USER"),
                                    secretVariable("ROOT_PASSWORD", rootName, "MINIO_ROOT_PASSWORD"),
                                    ...variables({ MC_HOST_minio: login }),
                                ],
                                resources,
                                additions: [
                                    mountedSecret("setup", name, folder, { items }),
                                    scratch("tmp", "/tmp", "16Mi"),
                                ],
                            },
                        ],
                    }),
                },
            },
        },
        scope.options({ dependsOn: [setUp.after] }),
    );
}

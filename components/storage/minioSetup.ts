import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { unlessEmpty } from "../kubernetes/emptyFields";
import { pullSecretReferences } from "../kubernetes/images";
import { restrictedContainer, restrictedPod } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import type { StorageContext } from "./kind";
import type { S3Keys } from "./s3";

export interface MinioSetUp {
    readonly image: pulumi.Output<string>;
    readonly endpoint: pulumi.Output<string>;
    readonly bucket: string;
    /** The user that the registry shall be. */
    readonly keys: S3Keys;
    readonly rootSecret: k8s.core.v1.Secret;
    readonly caCertPem: pulumi.Output<string> | undefined;
    readonly context: StorageContext;
    /** The server, which must be ready. */
    readonly after: pulumi.Resource;
}

/** What the registry may do in MinIO: what its S3 driver needs, in its bucket. */
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

/** A Job that makes the bucket and the registry's user. It may run again: what is there already stays. */
export function minioSetUp(scope: Scope, setUp: MinioSetUp): k8s.batch.v1.Job {
    const { context, caCertPem } = setUp;
    const metadata = scope.metadata("minio-set-up");
    const content = {
        accessKeyId: setUp.keys.accessKeyId,
        secretAccessKey: setUp.keys.secretAccessKey,
        "policy.json": JSON.stringify(bucketPolicy(setUp.bucket)),
        ...(caCertPem && { "ca.crt": caCertPem }),
    };
    const secret = new k8s.core.v1.Secret(
        scope.name("minio-set-up"),
        { metadata, stringData: content },
        { parent: scope.parent },
    );
    const from = (name: string, { metadata }: k8s.core.v1.Secret, key: string) => ({
        name,
        valueFrom: { secretKeyRef: { name: metadata.name, key } },
    });
    return new k8s.batch.v1.Job(
        scope.name("minio-set-up"),
        {
            metadata,
            spec: {
                backoffLimit: 5,
                activeDeadlineSeconds: 300,
                template: {
                    metadata: scope.podMetadata("minio-set-up"),
                    spec: {
                        ...restrictedPod,
                        restartPolicy: "Never",
                        imagePullSecrets: pullSecretReferences(context.imagePullSecrets),
                        nodeSelector: unlessEmpty(context.scheduling.nodeSelector),
                        tolerations: unlessEmpty(context.scheduling.tolerations),
                        containers: [
                            {
                                name: "set-up",
                                image: setUp.image,
                                command: ["/bin/sh", "-c", shellScript(__dirname, "minioSetup.sh")],
                                env: [
                                    { name: "BUCKET", value: setUp.bucket },
                                    { name: "POLICY", value: "/setup/policy.json" },
                                    { name: "SSL_CERT_DIR", value: "/setup" },
                                    from("ACCESS_KEY", secret, "accessKeyId"),
                                    from("SECRET_KEY", secret, "secretAccessKey"),
                                    from("ROOT_USER", setUp.rootSecret, "MINIO_ROOT_USER"),
                                    from("ROOT_PASSWORD", setUp.rootSecret, "MINIO_ROOT_PASSWORD"),
                                    {
                                        name: "MC_HOST_minio",
                                        value: setUp.endpoint.apply((url) =>
                                            url.replace("://", "://$(ROOT_USER):$(ROOT_PASSWORD)@"),
                                        ),
                                    },
                                ],
                                resources: {
                                    requests: { cpu: "10m", memory: "64Mi" },
                                    limits: { cpu: "500m", memory: "256Mi" },
                                },
                                securityContext: restrictedContainer,
                                volumeMounts: [
                                    { name: "setup", mountPath: "/setup", readOnly: true },
                                    { name: "tmp", mountPath: "/tmp" },
                                ],
                            },
                        ],
                        volumes: [
                            {
                                name: "setup",
                                secret: {
                                    secretName: secret.metadata.name,
                                    items: ["policy.json", ...(caCertPem ? ["ca.crt"] : [])].map((key) => ({
                                        key,
                                        path: key,
                                    })),
                                },
                            },
                            { name: "tmp", emptyDir: { sizeLimit: "16Mi" } },
                        ],
                    },
                },
            },
        },
        { parent: scope.parent, dependsOn: [setUp.after] },
    );
}

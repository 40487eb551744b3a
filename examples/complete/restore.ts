import * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry, S3StorageClass } from "private-registry";

const config = new pulumi.Config();

/** Restored from an encrypted backup of another registry, on an S3-compatible server. */
new PrivateRegistry("restored", {
    restore: {
        s3: {
            bucket: "backups",
            region: "eu-central-1",
            endpoint: "https://s3.example.com",
            pathStyle: true,
            caCertPem: config.require("certificate-authority"),
            credentials: {
                keys: { accessKeyId: "restore", secretAccessKey: config.requireSecret("restore-secret-access-key") },
            },
            rootDirectory: "registries",
        },
        id: "0f1e2d3c4b5a6978",
        snapshot: "2026-11-28T030000Z",
        encryption: { password: config.requireSecret("restore-password") },
    },
});

/** Restored from the newest snapshot in an AWS bucket, with an access key from a Secret. */
new PrivateRegistry("restored-from-aws", {
    restore: {
        s3: {
            bucket: "backups",
            credentials: { existingSecret: { name: "s3", accessKeyIdKey: "id", secretAccessKeyKey: "key" } },
            encryption: { kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/registry" },
            storageClass: S3StorageClass.StandardIa,
        },
    },
});

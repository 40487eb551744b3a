import * as pulumi from "@pulumi/pulumi";
import { AccessMode, ContainerRuntime, PrivateRegistry, S3StorageClass } from "private-registry";

const config = new pulumi.Config();
const authority = config.require("certificate-authority");

/** On an existing claim, in an existing namespace. */
new PrivateRegistry("on-claim", {
    namespace: "images",
    createNamespace: false,
    storage: { existingClaim: { name: "images", accessMode: AccessMode.ReadWriteOnce } },
    descriptorCache: { off: true },
    // The nodes log in, so every pod in the cluster can pull.
    nodes: {
        daemonSet: false,
        authenticate: true,
        ssh: [
            {
                name: "node-1",
                host: "node-1.example.com",
                port: 22,
                user: "operations",
                privateKey: config.requireSecret("ssh-key"),
                hostKey: config.require("host-key-of-node-1"),
                runtimes: [ContainerRuntime.Containerd, ContainerRuntime.Docker],
                directories: ["/var/snap/microk8s/current/args/certs.d"],
            },
        ],
    },
});

/** In a directory on one node. */
new PrivateRegistry("on-node", {
    storage: { hostPath: { path: "/srv/registry", nodeName: "node-1", size: "50Gi", deleteWithStack: true } },
    descriptorCache: { inMemory: { size: 50000 } },
});

/** On an S3-compatible server with an access key, with a Redis that the component deploys. */
new PrivateRegistry("on-s3", {
    replicas: 2,
    storage: {
        s3: {
            bucket: "images",
            region: "eu-central-1",
            endpoint: "https://s3.example.com",
            pathStyle: true,
            caCertPem: authority,
            credentials: {
                keys: { accessKeyId: "registry", secretAccessKey: config.requireSecret("s3-secret-access-key") },
            },
            rootDirectory: "team",
            redirect: true,
            redirectEndpoint: "https://images.example.com",
            multipart: { chunkSizeMi: 16, copyChunkSizeMi: 64, copyConcurrency: 20, copyThresholdMi: 64 },
        },
    },
    descriptorCache: {
        redis: {
            image: "docker.io/library/redis:7.2.11",
            resources: {
                requests: { cpu: "20m", memory: "64Mi" },
                limits: { cpu: "500m", memory: "192Mi" },
            },
        },
    },
});

/** In Google Cloud Storage, with a storage driver of the registry's image, and GKE's workload identity instead of a key. */
new PrivateRegistry("on-google-cloud", {
    replicas: 2,
    config: { storage: { gcs: { bucket: "team-images" } } },
    serviceAccount: { annotations: { "iam.gke.io/gcp-service-account": "registry@team.iam.gserviceaccount.com" } },
});

/** In an encrypted AWS bucket with an access key from a Secret, with an existing Redis. */
new PrivateRegistry("on-encrypted-s3", {
    storage: {
        s3: {
            bucket: "images",
            credentials: {
                existingSecret: { name: "s3", accessKeyIdKey: "id", secretAccessKeyKey: "key" },
            },
            encryption: { kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/registry" },
            storageClass: S3StorageClass.StandardIa,
        },
    },
    descriptorCache: {
        redis: {
            external: {
                address: "redis.example.com:6379",
                username: "registry",
                passwordSecret: { name: "redis", key: "password" },
                tls: true,
                caCertPem: authority,
                database: 1,
            },
        },
    },
});

/** In an AWS bucket with an IAM role (IRSA), and a backup in another one. */
new PrivateRegistry("on-s3-by-role", {
    storage: {
        s3: { bucket: "images", credentials: { role: { arn: "arn:aws:iam::123456789012:role/registry" } } },
    },
    maintenance: {
        backup: {
            s3: {
                bucket: "registry-backups",
                region: "eu-west-1",
                credentials: {
                    existingSecret: { name: "backup-s3", accessKeyIdKey: "id", secretAccessKeyKey: "key" },
                },
                encryption: { kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/backups" },
                storageClass: S3StorageClass.StandardIa,
            },
        },
    },
});

/** In a MinIO that the component deploys. */
new PrivateRegistry("on-minio", {
    storage: {
        minio: {
            size: "100Gi",
            storageClassName: "ssd",
            deleteWithStack: false,
            image: "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z",
            resources: {
                requests: { cpu: "500m", memory: "512Mi" },
                limits: { cpu: "2", memory: "2Gi" },
            },
            tls: true,
        },
    },
});

/** On an emptyDir, for images that may be lost with the pod. */
new PrivateRegistry("for-tests", { storage: { memory: { sizeLimit: "2Gi" } } });

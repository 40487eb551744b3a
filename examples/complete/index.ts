import * as pulumi from "@pulumi/pulumi";
import {
    AccessMode,
    ContainerRuntime,
    IngressController,
    IssuerKind,
    KeyAlgorithm,
    LogFormat,
    LogLevel,
    PrivateRegistry,
    RegistryAccess,
    RolloutStrategy,
    S3StorageClass,
} from "private-registry";

const config = new pulumi.Config();

/** Every argument at once, but for the kinds of storage and certificate, of which a registry has exactly one. */
const registry = new PrivateRegistry("registry", {
    namespace: "registry",
    createNamespace: true,
    createNodeNamespace: true,
    serviceName: "registry",
    clusterDomain: "cluster.local",
    host: "registry.example.com",
    hostAliases: ["images.example.com"],
    image: "docker.io/library/registry:3.1.2",
    imageMirror: "mirror.example.com",
    imagePullSecrets: ["mirror-pull"],
    config: { http: { headers: { "X-Content-Type-Options": ["nosniff"] } } },
    replicas: 2,
    resources: {
        requests: { cpu: "500m", memory: "256Mi" },
        limits: { cpu: "2", memory: "1Gi" },
    },
    scheduling: {
        nodeSelector: { "kubernetes.io/arch": "amd64" },
        tolerations: [{ key: "dedicated", operator: "Equal", value: "registry", effect: "NoSchedule" }],
        affinity: {
            nodeAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                    {
                        weight: 1,
                        preference: { matchExpressions: [{ key: "disk", operator: "In", values: ["ssd"] }] },
                    },
                ],
            },
        },
        topologySpread: [{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" }],
        priorityClassName: "system-cluster-critical",
    },
    labels: { environment: "production" },
    annotations: { "example.com/owner": "platform" },
    rollout: { strategy: RolloutStrategy.Surge },
    users: [
        { name: "ci", generation: 2 },
        { name: "operations", password: config.requireSecret("password-of-operations") },
    ],
    tls: {
        selfSigned: {
            algorithm: KeyAlgorithm.Rsa4096,
            validityDays: 90,
            renewBeforeDays: 30,
            subjectAlternativeNames: ["node-1.example.com", "192.0.2.10"],
            generation: 1,
            authorityGeneration: 1,
        },
    },
    storage: {
        volume: {
            size: "100Gi",
            storageClassName: "shared",
            accessMode: AccessMode.ReadWriteMany,
            claimName: "registry",
            deleteWithStack: false,
        },
    },
    expose: { nodePort: { port: 30443 } },
    networkPolicy: {
        enabled: true,
        clients: ["10.0.0.0/16"],
        clientNamespaces: ["ingress-nginx"],
        monitoringNamespaces: ["monitoring"],
        destinations: [{ cidr: "10.1.0.0/16", ports: [443, 9000] }],
    },
    pullSecrets: { namespaces: ["default"], name: "registry-pull", serviceAccounts: ["default"] },
    pullGeneration: 1,
    nodes: {
        enabled: true,
        daemonSet: true,
        runtimes: [ContainerRuntime.Containerd, ContainerRuntime.CriO],
        nodeSelector: { "kubernetes.io/os": "linux" },
        tolerations: [{ key: "dedicated", operator: "Equal", value: "registry", effect: "NoSchedule" }],
    },
    log: { level: LogLevel.Info, format: LogFormat.Json, accessLog: true },
});

/** By a Helm release of the twuni chart, mirrored for a cluster without a way out. */
new PrivateRegistry("by-helm", {
    helm: {
        chart: "docker-registry",
        version: "3.0.0",
        repo: "https://charts.example.com",
        values: { podDisruptionBudget: { maxUnavailable: 1 } },
    },
});

/** On a claim that exists already, in a namespace that does too. */
new PrivateRegistry("on-claim", {
    namespace: "images",
    createNamespace: false,
    storage: { existingClaim: { name: "images", accessMode: AccessMode.ReadWriteOnce } },
    descriptorCache: { off: true },
    // The nodes log in by themselves, so every pod of the cluster can pull.
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
            },
        ],
    },
});

/** In a folder of one node. */
new PrivateRegistry("on-node", {
    storage: { hostPath: { path: "/srv/registry", nodeName: "node-1", size: "50Gi", deleteWithStack: true } },
    descriptorCache: { inMemory: { size: 50000 } },
});

/** In a bucket of a server of one's own, with a key, and with a Redis of the registry's own. */
new PrivateRegistry("on-s3", {
    replicas: 2,
    storage: {
        s3: {
            bucket: "images",
            region: "eu-central-1",
            endpoint: "https://s3.example.com",
            pathStyle: true,
            caCertPem: registry.caCertPem,
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

/** In a bucket of AWS with a key from a Secret, encrypted, and with a Redis that exists already. */
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
                caCertPem: registry.caCertPem,
                database: 1,
            },
        },
    },
});

/** In a bucket of AWS with a role. */
new PrivateRegistry("on-s3-by-role", {
    storage: {
        s3: { bucket: "images", credentials: { role: { arn: "arn:aws:iam::123456789012:role/registry" } } },
    },
});

/** In a MinIO of the registry's own. */
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

/** With images that nobody misses when the pod is gone. */
new PrivateRegistry("for-tests", { storage: { memory: { sizeLimit: "2Gi" } } });

const teamCertificate = config.require("certificate");
const teamKey = config.requireSecret("certificate-key");
const authority = config.require("certificate-authority");

/** Behind Ingress and IngressRoute, with certificates that somebody else keeps. */
new PrivateRegistry("behind-ingress", {
    host: "registry.example.com",
    tls: { existingSecret: { name: "team-certificate", caCertPem: authority } },
    expose: {
        ingress: {
            controller: IngressController.Nginx,
            className: "public",
            annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
            certificate: { existingSecret: { name: "edge-certificate" } },
            awaitAddress: true,
        },
        ingressRoute: {
            entryPoints: ["websecure"],
            certificate: { existingSecret: { name: "edge-certificate" } },
            middlewares: [{ name: "office-only", namespace: "traefik" }],
            annotations: { "kubernetes.io/ingress.class": "traefik" },
        },
    },
    ui: {
        title: "Images of the team",
        deleteImages: true,
        image: "docker.io/joxit/docker-registry-ui:2.6.0",
        resources: {
            requests: { cpu: "10m", memory: "16Mi" },
            limits: { cpu: "200m", memory: "64Mi" },
        },
    },
});

/** With certificates that are given. */
new PrivateRegistry("with-pem", {
    host: "registry.example.com",
    tls: { pem: { certificate: teamCertificate, key: teamKey, caCertPem: authority } },
    expose: {
        ingress: {
            controller: IngressController.NginxF5,
            certificate: { pem: { certificate: teamCertificate, key: teamKey, caCertPem: authority } },
        },
        ingressRoute: { certificate: { pem: { certificate: teamCertificate, key: teamKey, caCertPem: authority } } },
    },
});

/** With certificates of an issuer of cert-manager. */
new PrivateRegistry("with-cert-manager", {
    host: "registry.example.com",
    tls: {
        certManager: {
            issuer: { name: "team", kind: IssuerKind.ClusterIssuer, group: "cert-manager.io" },
            algorithm: KeyAlgorithm.EcdsaP256,
            validityDays: 90,
            renewBeforeDays: 30,
            subjectAlternativeNames: ["images.example.com"],
            publicNamesOnly: true,
            caCertPem: authority,
        },
    },
    expose: {
        ingress: {
            controller: IngressController.Traefik,
            certificate: {
                certManager: {
                    issuer: { name: "letsencrypt", kind: IssuerKind.ClusterIssuer, group: "cert-manager.io" },
                    algorithm: KeyAlgorithm.EcdsaP256,
                    validityDays: 90,
                    renewBeforeDays: 30,
                },
            },
        },
        ingressRoute: {
            certificate: {
                certManager: {
                    issuer: { name: "letsencrypt", kind: IssuerKind.Issuer, group: "cert-manager.io" },
                    algorithm: KeyAlgorithm.EcdsaP256,
                    validityDays: 90,
                    renewBeforeDays: 30,
                },
            },
        },
        loadBalancer: {
            address: "203.0.113.7",
            sourceRanges: ["198.51.100.0/24"],
            className: "example.com/internal",
            annotations: { "example.com/scheme": "internal" },
        },
    },
});

/** With pods that speak HTTP behind a Gateway and Traefik, and an Issuer of cert-manager for the component's own authority. */
new PrivateRegistry("plain-backend", {
    host: "registry.example.com",
    tls: { plainBackend: true, certManager: { authorityGeneration: 1 } },
    expose: {
        gateway: {
            parentRefs: [{ name: "public", namespace: "gateways", sectionName: "https", port: 443 }],
            annotations: { "example.com/owner": "platform" },
        },
        ingressRoute: { certResolver: "letsencrypt" },
    },
});

/** What another cluster needs to pull; its stack would take the values from a stack reference and have a provider of its own. */
new RegistryAccess("elsewhere", {
    host: registry.host,
    hostAliases: ["images.example.com"],
    dockerConfigJson: registry.dockerConfigJson,
    caCertPem: registry.caCertPem,
    endpoint: "203.0.113.7:443",
    pullSecrets: { namespaces: ["kube-public"], name: "elsewhere-pull", serviceAccounts: ["default"] },
    nodes: {
        enabled: true,
        daemonSet: true,
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
            },
        ],
        runtimes: [ContainerRuntime.K3s],
        nodeSelector: { "kubernetes.io/os": "linux" },
        tolerations: [{ key: "dedicated", operator: "Equal", value: "edge", effect: "NoExecute" }],
    },
    nodeNamespace: "registry-nodes",
    createNodeNamespace: true,
    imageMirror: "mirror.example.com",
    imagePullSecrets: ["mirror-pull"],
    labels: { environment: "production" },
    annotations: { "example.com/owner": "platform" },
});

export const {
    host,
    url,
    uiUrl,
    namespaceName,
    serviceName,
    deploymentName,
    clusterIp,
    username,
    password,
    credentials,
    dockerConfigJson,
    pullSecretNames,
    registriesYaml,
    caCertPem,
    certificateExpiry,
} = registry;

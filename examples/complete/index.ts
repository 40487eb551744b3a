import * as pulumi from "@pulumi/pulumi";
import {
    AccessMode,
    ContainerRuntime,
    KeyAlgorithm,
    LogFormat,
    LogLevel,
    PrivateRegistry,
    RegistryAccess,
    RolloutStrategy,
} from "private-registry";

// More registries, with the other kinds of storage and certificate.
import "./certificates";
import "./restore";
import "./storage";

const config = new pulumi.Config();

/** Every argument, except the other kinds of storage and certificate: a registry has one of each. */
const registry = new PrivateRegistry("registry", {
    namespace: "registry",
    createNamespace: true,
    nodeNamespace: "registry-node",
    createNodeNamespace: true,
    serviceName: "registry",
    clusterDomain: "cluster.local",
    host: "registry.example.com",
    hostAliases: ["images.example.com"],
    image: "docker.io/library/registry:3.1.2",
    imageMirror: "mirror.example.com",
    imagePullSecrets: ["mirror-pull"],
    imageDockerConfigJson: config.requireSecret("image-docker-config"),
    config: { http: { headers: { "X-Content-Type-Options": ["nosniff"] } } },
    replicas: 2,
    resources: {
        requests: { cpu: "500m", memory: "256Mi" },
        limits: { cpu: "2", memory: "1Gi" },
    },
    serviceAccount: { annotations: { "iam.gke.io/gcp-service-account": "registry@team.iam.gserviceaccount.com" } },
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
        // What `htpasswd -nB auditor` prints after the colon.
        { name: "auditor", passwordHash: config.requireSecret("hash-of-auditor") },
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
        apiServerPorts: [443, 6443],
    },
    pullSecrets: { namespaces: ["default"], name: "registry-pull", serviceAccounts: ["default"] },
    pullGeneration: 1,
    nodes: {
        enabled: true,
        daemonSet: true,
        runtimes: [ContainerRuntime.Containerd, ContainerRuntime.CriO],
        directories: ["/etc/containerd/hosts.d"],
        nodeSelector: { "kubernetes.io/os": "linux" },
        tolerations: [{ key: "dedicated", operator: "Equal", value: "registry", effect: "NoSchedule" }],
    },
    log: { level: LogLevel.Info, format: LogFormat.Json, accessLog: true },
    maintenance: {
        schedule: "0 3 * * *",
        garbageCollection: { grace: "24h", keepDeleted: "7d", untagged: true },
        retention: {
            rules: [
                {
                    repositories: ["team/**"],
                    keep: { lastPushed: 10, pushedWithin: "30d", matching: ["^v\\d+\\.\\d+$"] },
                    protect: "48h",
                },
            ],
            dryRun: false,
            trustTimesFrom: "2026-11-28T03:00:00Z",
        },
        inUse: {
            enabled: true,
            clusters: ["this"],
            also: [{ resource: "argoproj.io/v1alpha1/rollouts", path: "spec.template.spec.containers[*].image" }],
        },
        backup: {
            s3: {
                bucket: "registry-backups",
                region: "fsn1",
                endpoint: "https://backups.example.net",
                pathStyle: true,
                caCertPem: config.require("certificate-authority"),
                credentials: {
                    keys: { accessKeyId: "backup", secretAccessKey: config.requireSecret("backup-secret-access-key") },
                },
                rootDirectory: "registries",
            },
            encryption: { password: config.requireSecret("backup-password") },
            verify: { sizeLimit: "10Gi" },
        },
    },
    verify: { enabled: true, everyNode: true, persistence: true },
});

/** A Helm release of the twuni chart, in an air-gapped cluster. */
new PrivateRegistry("by-helm", {
    helm: {
        chart: "docker-registry",
        version: "3.0.0",
        repo: "https://charts.example.com",
        values: { podDisruptionBudget: { maxUnavailable: 1 } },
    },
});

/** Pulls from another cluster. A real stack would read the values from a stack reference, and pass its own provider. */
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
                directories: ["/var/snap/microk8s/current/args/certs.d"],
            },
        ],
        runtimes: [ContainerRuntime.K3s],
        directories: ["/data/k3s/agent/etc/containerd/certs.d"],
        nodeSelector: { "kubernetes.io/os": "linux" },
        tolerations: [{ key: "dedicated", operator: "Equal", value: "edge", effect: "NoExecute" }],
    },
    nodeNamespace: "registry-nodes",
    createNodeNamespace: true,
    imageMirror: "mirror.example.com",
    imagePullSecrets: ["mirror-pull"],
    imageDockerConfigJson: config.requireSecret("image-docker-config"),
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
    verified,
} = registry;

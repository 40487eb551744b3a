import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { AccessMode, type PrivateRegistryArgs, S3StorageClass } from "../../../../components";
import { caCertificate } from "../../authority";
import type { Resources } from "../../mocks";
import { registry } from "../../registry";

// biome-ignore lint/suspicious/noExplicitAny: tests reach deep into manifests
type Any = any;

const maintained = (args: PrivateRegistryArgs = {}) => registry({ maintenance: {}, ...args });
const cronJob = (r: Resources) => r.one("CronJob", "registry-maintenance").inputs;
const template = (r: Resources) => cronJob(r).spec.jobTemplate.spec.template;
const containersOf = (r: Resources): Any[] => [...template(r).spec.initContainers, ...template(r).spec.containers];
const container = (r: Resources, name: string): Any => {
    const found = containersOf(r).find((one) => one.name === name);
    assert.ok(found, `no container ${name}`);
    return found;
};
/** The variables of a container, with the Secret's key instead of a value. */
const env = (r: Resources, name: string): Record<string, string> =>
    Object.fromEntries(
        (container(r, name).env ?? []).map((one: Any) => {
            const secret = one.valueFrom?.secretKeyRef;
            return [
                one.name,
                secret ? `${secret.name}/${secret.key}` : (one.value ?? one.valueFrom.fieldRef.fieldPath),
            ];
        }),
    );
const mounts = (r: Resources, name: string): Record<string, Any> => {
    const volumes = new Map(template(r).spec.volumes.map((volume: Any) => [volume.name, volume]));
    return Object.fromEntries(
        container(r, name).volumeMounts.map((mount: Any) => [mount.mountPath, volumes.get(mount.name)]),
    );
};
const account = (r: Resources) => r.one("ServiceAccount", "registry-maintenance-account").inputs;

/** The variables that the job's script has with every storage. */
const always = {
    CONFIG: "/etc/private-registry/config/config.yml",
    REGISTRY: "/work/registry",
    WORK: "/work",
    LEASE: "/work/lease",
    GRACE: "86400",
    KEEP_DELETED: "604800",
    TZ: "UTC",
    HOME: "/tmp",
    RCLONE_CONFIG: "/dev/null",
    OTEL_TRACES_EXPORTER: "none",
};
const remote = (options: Record<string, string>) =>
    Object.fromEntries(Object.entries(options).map(([name, value]) => [`RCLONE_CONFIG_REGISTRY_${name}`, value]));
const anyBucket = { TYPE: "s3", ENV_AUTH: "true", NO_CHECK_BUCKET: "true", LIST_VERSION: "2" };

const keys = { accessKeyId: "me", secretAccessKey: pulumi.secret("hidden") };
const s3 = { bucket: "images", endpoint: "https://s3.example.com", credentials: { keys } };

describe("maintenance", () => {
    it("does not exist by default", async () => {
        const r = await registry({ networkPolicy: {} });
        const related = r.all.filter(({ name, type }) => name.includes("maintenance") || type.endsWith(":CronJob"));
        assert.deepEqual(related, []);
    });

    it("is a CronJob that runs once at a time, in UTC", async () => {
        const { metadata, spec } = cronJob(await maintained());
        assert.equal(metadata.name, "registry-maintenance");
        assert.equal(metadata.labels["app.kubernetes.io/component"], "maintenance");
        const { jobTemplate, ...others } = spec;
        assert.deepEqual(others, {
            schedule: "0 3 * * *",
            timeZone: "Etc/UTC",
            concurrencyPolicy: "Forbid",
            startingDeadlineSeconds: 3600,
            successfulJobsHistoryLimit: 3,
            failedJobsHistoryLimit: 3,
        });
        const { template: pod, ...job } = jobTemplate.spec;
        assert.deepEqual(job, { backoffLimit: 0, activeDeadlineSeconds: 43200 });
        assert.equal(pod.spec.restartPolicy, "Never");
        assert.equal(pod.metadata.labels["app.kubernetes.io/component"], "maintenance");
    });

    it("has the given schedule and times", async () => {
        const r = await maintained({
            maintenance: { schedule: "30 2 * * 6", garbageCollection: { grace: "12h", keepDeleted: "21d" } },
        });
        assert.equal(cronJob(r).spec.schedule, "30 2 * * 6");
        assert.deepEqual(env(r, "collect"), {
            ...always,
            STORAGE: "/var/lib/registry",
            GRACE: "43200",
            KEEP_DELETED: "1814400",
        });
    });

    it("is the same with empty and with omitted garbageCollection", async () => {
        const [omitted, empty] = [await maintained(), await maintained({ maintenance: { garbageCollection: {} } })];
        assert.deepEqual(cronJob(empty), cronJob(omitted));
    });

    it("takes the Lease before it starts, and holds it while it runs", async () => {
        const r = await maintained();
        const names = (list: Any[]) => list.map(({ name, restartPolicy }) => [name, restartPolicy]);
        assert.deepEqual(names(template(r).spec.initContainers), [
            ["program", undefined],
            ["acquire", undefined],
            ["lease", "Always"],
        ]);
        assert.deepEqual(names(template(r).spec.containers), [["collect", undefined]]);
        for (const [name, args] of [
            ["acquire", ["acquire"]],
            ["lease", ["hold"]],
            ["collect", ["collect"]],
        ] as const) {
            assert.deepEqual(container(r, name).args, args);
            assert.deepEqual(container(r, name).command.slice(0, 2), ["/bin/sh", "-c"]);
        }
        assert.deepEqual(env(r, "lease"), {
            POD: "metadata.name",
            LEASE_OBJECT: "/apis/coordination.k8s.io/v1/namespaces/registry/leases/registry-maintenance",
            REPORT_OBJECT: "/api/v1/namespaces/registry/configmaps/registry-maintenance-report",
            NODE: "spec.nodeName",
            SERVER_PODS:
                "/api/v1/namespaces/registry/pods?limit=1&fieldSelector=spec.nodeName=$(NODE)&labelSelector=" +
                "app.kubernetes.io%2Fname%3Dprivate-registry%2Capp.kubernetes.io%2Finstance%3Dregistry%2C" +
                "app.kubernetes.io%2Fcomponent%3Dserver",
        });
        assert.deepEqual(container(r, "lease").startupProbe.exec.command, ["test", "-e", "/tmp/ready"]);
    });

    it("copies the registry's program from its image", async () => {
        const r = await maintained({ image: "docker.io/library/registry:3.1.1" });
        assert.equal(container(r, "program").image, "docker.io/library/registry:3.1.1");
        assert.deepEqual(container(r, "program").command, ["cp", "/bin/registry", "/work/"]);
        assert.match(container(r, "collect").image, /^docker\.io\/rclone\/rclone:/);
    });

    it("shares one directory between its containers, and no other", async () => {
        const r = await maintained({ descriptorCache: { redis: {} } });
        const shared = mounts(r, "collect")["/work"];
        assert.deepEqual(shared, { name: "work", emptyDir: { sizeLimit: "2Gi" } });
        for (const { name } of containersOf(r)) assert.equal(mounts(r, name)["/work"], shared, name);
        const tmp = ["lease", "cache", "collect"].map((name) => mounts(r, name)["/tmp"].name);
        assert.equal(new Set(tmp).size, 3);
    });

    it("can read and patch its Lease and its report, and list pods if it must be on the registry's node", async () => {
        const r = await maintained();
        const listed = { apiGroups: [""], resources: ["pods"], verbs: ["list"] };
        const rulesOf = (of: typeof r) => of.one("Role", "registry-maintenance-role").inputs.rules;
        const anywhere = await maintained({ storage: { volume: { accessMode: AccessMode.ReadWriteMany } } });
        assert.deepEqual(rulesOf(r), [...rulesOf(anywhere), listed]);
        assert.equal(env(anywhere, "lease").SERVER_PODS, undefined);
        assert.deepEqual(rulesOf(anywhere), [
            {
                apiGroups: ["coordination.k8s.io"],
                resources: ["leases"],
                resourceNames: ["registry-maintenance"],
                verbs: ["get", "patch"],
            },
            {
                apiGroups: [""],
                resources: ["configmaps"],
                resourceNames: ["registry-maintenance-report"],
                verbs: ["get", "patch"],
            },
        ]);
        assert.equal(template(r).spec.serviceAccountName, "registry-maintenance-account");
        assert.equal(account(r).automountServiceAccountToken, false);
    });

    it("mounts the account's token only where the Lease is held", async () => {
        const r = await maintained({ descriptorCache: { redis: {} } });
        const withToken = containersOf(r)
            .filter(({ name }) => Object.values(mounts(r, name)).some((volume) => volume.projected))
            .map(({ name }) => name);
        assert.deepEqual(withToken, ["acquire", "lease"]);
    });

    it("ignores what the job writes to the Lease and to the report", async () => {
        const r = await maintained();
        const lease = r.one("Lease", "registry-maintenance-lease");
        assert.equal(lease.inputs.metadata.name, "registry-maintenance");
        assert.equal(lease.inputs.spec, undefined);
        assert.ok(lease.ignoreChanges.includes("spec"));
        const report = r.one("ConfigMap", "registry-maintenance-report");
        assert.equal(report.inputs.data, undefined);
        assert.ok(report.ignoreChanges.includes("data"));
    });

    it("has the mirror and the scheduling of the registry", async () => {
        const scheduling = {
            nodeSelector: { disk: "ssd" },
            tolerations: [{ operator: "Exists" }],
            priorityClassName: "high",
            affinity: { nodeAffinity: {} },
        };
        const r = await maintained({ imageMirror: "mirror.example.com", imagePullSecrets: ["mirror"], scheduling });
        for (const { image } of containersOf(r)) assert.match(image, /^mirror\.example\.com\/docker\.io\//);
        const { spec } = template(r);
        assert.deepEqual(spec.imagePullSecrets, [{ name: "mirror" }]);
        assert.deepEqual(spec.nodeSelector, scheduling.nodeSelector);
        assert.deepEqual(spec.tolerations, scheduling.tolerations);
        assert.equal(spec.priorityClassName, "high");
        assert.equal(JSON.stringify(spec.affinity).includes("nodeAffinity"), false);
    });
});

describe("maintenance of a volume", () => {
    const sameNode = {
        podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
                {
                    labelSelector: {
                        matchLabels: {
                            "app.kubernetes.io/name": "private-registry",
                            "app.kubernetes.io/instance": "registry",
                            "app.kubernetes.io/component": "server",
                        },
                    },
                    topologyKey: "kubernetes.io/hostname",
                },
            ],
        },
    };

    it("mounts it like the registry, on the same node", async () => {
        const r = await maintained();
        assert.deepEqual(env(r, "collect"), { ...always, STORAGE: "/var/lib/registry" });
        assert.deepEqual(mounts(r, "collect")["/var/lib/registry"], {
            name: "data",
            persistentVolumeClaim: { claimName: "registry" },
        });
        const others = containersOf(r).filter(
            ({ name }) => name !== "collect" && "/var/lib/registry" in mounts(r, name),
        );
        assert.deepEqual(others, []);
        assert.deepEqual(template(r).spec.affinity, sameNode);
    });

    it("runs on the same node with a host path and an existing claim, too", async () => {
        const hostPath = await maintained({ storage: { hostPath: { path: "/srv/registry" } } });
        const claim = await maintained({ createNamespace: false, storage: { existingClaim: { name: "images" } } });
        for (const r of [hostPath, claim]) assert.deepEqual(template(r).spec.affinity, sameNode);
        assert.equal(mounts(claim, "collect")["/var/lib/registry"].persistentVolumeClaim.claimName, "images");
    });

    it("runs on any node with a shared volume", async () => {
        const r = await maintained({ storage: { volume: { accessMode: AccessMode.ReadWriteMany } } });
        assert.equal(template(r).spec.affinity, undefined);
    });

    it("has a config.yml with the storage only", async () => {
        const r = await maintained({ config: { log: { fields: { team: "platform" } } } });
        const secret = r.one("Secret", "registry-maintenance-config").inputs;
        assert.deepEqual(parse(secret.stringData["config.yml"]), {
            version: "0.1",
            storage: parse(r.configYaml).storage,
        });
        const { secretName } = mounts(r, "collect")["/etc/private-registry/config"].secret;
        assert.equal(secretName, secret.metadata.name);
    });
});

describe("maintenance of a bucket", () => {
    it("has the registry's bucket, keys and CA certificates", async () => {
        const r = await maintained({
            storage: { s3: { ...s3, rootDirectory: "team", region: "fsn1", caCertPem: caCertificate } },
        });
        const secret = r.one("Secret", "registry-s3").inputs.metadata.name;
        assert.deepEqual(env(r, "collect"), {
            ...always,
            STORAGE: "registry:images/team",
            ...remote({
                ...anyBucket,
                PROVIDER: "Other",
                REGION: "fsn1",
                ENDPOINT: "https://s3.example.com",
                FORCE_PATH_STYLE: "true",
            }),
            AWS_ACCESS_KEY_ID: `${secret}/accessKeyId`,
            AWS_SECRET_ACCESS_KEY: `${secret}/secretAccessKey`,
            SSL_CERT_DIR: "/etc/private-registry/authorities",
        });
        assert.equal(mounts(r, "collect")["/etc/private-registry/authorities"].secret.secretName, secret);
        assert.equal(template(r).spec.affinity, undefined);
        assert.equal(r.one("CronJob").clearTexts.includes("hidden"), false);
    });

    it("follows the final config.yml", async () => {
        const storageClass = S3StorageClass.StandardIa;
        const config = { storage: { s3: { rootdirectory: "/other", storageclass: "GLACIER_IR", usedualstack: true } } };
        const r = await maintained({ storage: { s3: { bucket: "images", storageClass } }, config });
        assert.deepEqual(env(r, "collect"), {
            ...always,
            STORAGE: "registry:images/other",
            ...remote({
                ...anyBucket,
                PROVIDER: "AWS",
                REGION: "us-east-1",
                FORCE_PATH_STYLE: "false",
                STORAGE_CLASS: "GLACIER_IR",
                USE_DUAL_STACK: "true",
            }),
        });
    });

    it("has the registry's IAM role, and the labels of workload identity", async () => {
        const arn = "arn:aws:iam::123456789012:role/registry";
        const annotations = { "azure.workload.identity/client-id": "some-id" };
        const r = await maintained({
            storage: { s3: { bucket: "images", credentials: { role: { arn } } } },
            serviceAccount: { annotations },
        });
        const given = account(r).metadata.annotations;
        assert.equal(given["eks.amazonaws.com/role-arn"], arn);
        assert.equal(given["azure.workload.identity/client-id"], "some-id");
        assert.equal(template(r).metadata.labels["azure.workload.identity/use"], "true");
    });

    it("of storage.minio has its user and its CA", async () => {
        const r = await maintained({ storage: { minio: {} } });
        const all = env(r, "collect");
        assert.equal(all.STORAGE, "registry:registry");
        assert.equal(all.RCLONE_CONFIG_REGISTRY_PROVIDER, "Minio");
        assert.equal(all.RCLONE_CONFIG_REGISTRY_ENDPOINT, "https://registry-minio.registry.svc:9000");
        const secret = r.one("Secret", "registry-s3").inputs.metadata.name;
        assert.equal(all.AWS_SECRET_ACCESS_KEY, `${secret}/secretAccessKey`);
        assert.equal(mounts(r, "collect")["/etc/private-registry/authorities"].secret.secretName, secret);
    });
});

describe("maintenance.retention", () => {
    const rules = [
        { repositories: ["team/**"], keep: { lastPushed: 10, pushedWithin: "30d", matching: ["^v\\d"] } },
        { repositories: ["**"], keep: { lastPushed: pulumi.output(3) }, protect: "2d" },
    ];
    const files = (r: Resources) => {
        const { secretName } = mounts(r, "collect")["/etc/private-registry/config"].secret;
        return r.all.find((one) => one.inputs.metadata?.name === secretName)?.inputs.stringData;
    };

    it("is a list of rules and a dry run by default", async () => {
        const r = await maintained({ maintenance: { retention: { rules } } });
        const { RULES, DRY_RUN, IN_USE, UNTAGGED, TRUST_TIMES_FROM } = env(r, "collect");
        assert.deepEqual([RULES, DRY_RUN, IN_USE], ["/etc/private-registry/config/rules", "true", "true"]);
        assert.deepEqual([UNTAGGED, TRUST_TIMES_FROM], [undefined, undefined]);
        assert.equal(
            files(r).rules,
            "1\t^(team/.+)$\t10\t2592000\t^v[0-9]\t86400\t^v\\d\n2\t^(.+)$\t3\t-\t-\t172800\t-\n",
        );
    });

    it("deletes with dryRun: false, and knows since when times are true", async () => {
        const retention = { rules, dryRun: false, trustTimesFrom: "2026-11-28T03:00:00+01:00" };
        const r = await maintained({ maintenance: { retention } });
        assert.equal(env(r, "collect").DRY_RUN, "false");
        assert.equal(env(r, "collect").TRUST_TIMES_FROM, "1795831200");
    });

    it("is accepted with Outputs", async () => {
        const retention = {
            rules: [{ repositories: [pulumi.output("team/*")], keep: { matching: [pulumi.output("x")] } }],
            dryRun: pulumi.output(false),
        };
        const r = await maintained({ maintenance: { retention } });
        assert.equal(env(r, "collect").DRY_RUN, "false");
        assert.equal(files(r).rules, "1\t^(team/[^/]+)$\t-\t-\tx\t86400\tx\n");
    });
});

describe("maintenance.inUse", () => {
    const retention = { rules: [{ repositories: ["**"], keep: { lastPushed: 10 } }] };
    const untagged = { garbageCollection: { untagged: true } };
    const listed = (r: Resources) => env(r, "in-use").LISTS.split("\n");
    const usual = [
        "/api/v1/pods image|imageID",
        "/api/v1/replicationcontrollers image|imageID",
        "/apis/apps/v1/deployments image|imageID",
        "/apis/apps/v1/replicasets image|imageID",
        "/apis/apps/v1/statefulsets image|imageID",
        "/apis/apps/v1/daemonsets image|imageID",
        "/apis/batch/v1/jobs image|imageID",
        "/apis/batch/v1/cronjobs image|imageID",
    ];

    it("lists what names images, with a permission for exactly that, for retention and untagged", async () => {
        for (const maintenance of [{ retention }, untagged, { retention, inUse: { clusters: ["this"] } }]) {
            const r = await maintained({ maintenance });
            assert.deepEqual(listed(r), usual);
            assert.equal(env(r, "collect").IN_USE, "true");
            const role = r.one("ClusterRole", "registry-maintenance-in-use-role").inputs;
            assert.equal(role.metadata.name, "registry-registry-maintenance-in-use");
            assert.deepEqual(role.rules, [
                { apiGroups: [""], resources: ["pods", "replicationcontrollers"], verbs: ["list"] },
                {
                    apiGroups: ["apps"],
                    resources: ["deployments", "replicasets", "statefulsets", "daemonsets"],
                    verbs: ["list"],
                },
                { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: ["list"] },
            ]);
            const binding = r.one("ClusterRoleBinding", "registry-maintenance-in-use-role-binding").inputs;
            assert.equal(binding.roleRef.name, role.metadata.name);
            assert.deepEqual(binding.subjects, [
                { kind: "ServiceAccount", name: "registry-maintenance-account", namespace: "registry" },
            ]);
        }
    });

    it("does not exist without them, or if it is disabled", async () => {
        for (const maintenance of [{}, { retention, ...untagged, inUse: { enabled: false } }]) {
            const r = await maintained({ maintenance });
            assert.deepEqual(
                r.all.filter(({ type }) => /:ClusterRole(Binding)?$/.test(type)),
                [],
            );
            assert.equal(
                containersOf(r).some(({ name }) => name === "in-use"),
                false,
            );
            assert.equal(env(r, "collect").IN_USE, undefined);
        }
    });

    it("lists further resources, with the last field of their path", async () => {
        const also = [
            { resource: "argoproj.io/v1alpha1/rollouts", path: "spec.template.spec.containers[*].image" },
            { resource: "v1/podtemplates", path: "template.spec.containers[*].image" },
            { resource: "example.com/v1/apps", path: "spec.picture" },
        ];
        const r = await maintained({ maintenance: { ...untagged, inUse: { also } } });
        assert.deepEqual(listed(r), [
            ...usual,
            "/apis/argoproj.io/v1alpha1/rollouts image",
            "/api/v1/podtemplates image",
            "/apis/example.com/v1/apps picture",
        ]);
        const { rules } = r.one("ClusterRole", "registry-maintenance-in-use-role").inputs;
        assert.deepEqual(rules[0].resources, ["pods", "replicationcontrollers", "podtemplates"]);
        assert.deepEqual(rules.slice(3), [
            { apiGroups: ["argoproj.io"], resources: ["rollouts"], verbs: ["list"] },
            { apiGroups: ["example.com"], resources: ["apps"], verbs: ["list"] },
        ]);
    });

    it("runs before the job, with the token that the job does not have", async () => {
        const r = await maintained({ maintenance: untagged });
        const names = template(r).spec.initContainers.map(({ name }: Any) => name);
        assert.deepEqual(names, ["program", "acquire", "lease", "in-use"]);
        assert.ok("/maintenance/credentials" in mounts(r, "in-use"));
        assert.equal("/maintenance/credentials" in mounts(r, "collect"), false);
    });
});

describe("maintenance with Redis", () => {
    it("connects with the registry's client certificate", async () => {
        const r = await maintained({ descriptorCache: { redis: { image: "docker.io/library/redis:7.2.10" } } });
        assert.equal(container(r, "cache").restartPolicy, "Always");
        assert.equal(container(r, "cache").image, "docker.io/library/redis:7.2.10");
        assert.deepEqual(env(r, "cache"), {
            REDIS_HOST: "registry-redis.registry.svc",
            REDIS_PORT: "6379",
            REDIS_DATABASE: "0",
            REDIS_CA: "/etc/private-registry/redis/ca.crt",
            REDIS_CERTIFICATE: "/etc/private-registry/redis/tls.crt",
            REDIS_KEY: "/etc/private-registry/redis/tls.key",
        });
        const { secretName } = mounts(r, "cache")["/etc/private-registry/redis"].secret;
        assert.equal(secretName, r.one("Secret", "registry-redis-client").inputs.metadata.name);
        assert.equal(env(r, "collect").CACHE, "redis");
        assert.equal("/etc/private-registry/redis" in mounts(r, "collect"), false);
    });

    const external = (redis: Any, config?: Any) =>
        maintained({
            descriptorCache: { redis: { external: { address: "redis.example.com:6380", ...redis } } },
            config,
        });
    const server = { REDIS_HOST: "redis.example.com", REDIS_PORT: "6380", REDIS_DATABASE: "0" };

    it("connects to an existing Redis with its password, user and CA certificates", async () => {
        const r = await external({
            username: "registry",
            passwordSecret: { name: "redis" },
            caCertPem: caCertificate,
            database: 2,
        });
        assert.match(container(r, "cache").image, /^docker\.io\/library\/redis:/);
        assert.deepEqual(env(r, "cache"), {
            ...server,
            REDIS_DATABASE: "2",
            REDIS_USER: "registry",
            REDIS_CA: "/etc/private-registry/redis/ca.crt",
            REGISTRY_REDIS_PASSWORD: "redis/password",
        });
    });

    it("trusts the public CA certificates of the registry's image", async () => {
        const r = await external({});
        assert.deepEqual(env(r, "cache"), { ...server, REDIS_CA: "/work/ca-certificates.crt" });
        const files = ["/bin/registry", "/etc/ssl/certs/ca-certificates.crt"];
        assert.deepEqual(container(r, "program").command, ["cp", ...files, "/work/"]);
    });

    it("connects without TLS if the registry does, and to the database of the final config.yml", async () => {
        const r = await external({ address: "[2001:db8::7]:6379", tls: false }, { redis: { db: 3 } });
        assert.deepEqual(env(r, "cache"), { REDIS_HOST: "2001:db8::7", REDIS_PORT: "6379", REDIS_DATABASE: "3" });
    });
});

describe("maintenance with helm", () => {
    it("is the same as without, with the default cache of the chart replaced by none", async () => {
        for (const args of [{}, { storage: { s3 } }, { storage: { minio: {} }, descriptorCache: { redis: {} } }]) {
            const [chart, plain] = [await maintained({ helm: {}, ...args }), await maintained(args)];
            assert.deepEqual(cronJob(chart), cronJob(plain));
        }
    });
});

describe("maintenance with networkPolicy", () => {
    const apiServer = { ports: [443, 6443, 8443, 16443].map((port) => ({ port, protocol: "TCP" })) };
    const spec = async (args: PrivateRegistryArgs) =>
        (await maintained(args)).one("NetworkPolicy", "registry-network-maintenance").inputs.spec;

    it("can connect to the API server, and no pod outside the component to it", async () => {
        assert.deepEqual(await spec({ networkPolicy: {} }), {
            podSelector: {
                matchLabels: {
                    "app.kubernetes.io/name": "private-registry",
                    "app.kubernetes.io/instance": "registry",
                    "app.kubernetes.io/component": "maintenance",
                },
            },
            policyTypes: ["Egress"],
            egress: [apiServer],
        });
    });

    it("can connect to the storage and to Redis, and not to what only the registry needs", async () => {
        const { egress } = await spec({
            storage: { s3: { ...s3, endpoint: "https://192.0.2.7:9000" } },
            descriptorCache: { redis: { external: { address: "redis.cache.svc:6379" } } },
            config: { notifications: { endpoints: [{ url: "http://192.0.2.10/events" }] } },
            networkPolicy: { destinations: [{ cidr: "198.51.100.0/24" }] },
        });
        assert.deepEqual(egress, [
            apiServer,
            { to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "cache" } } }] },
            { to: [{ ipBlock: { cidr: "192.0.2.7/32" } }], ports: [{ port: 9000, protocol: "TCP" }] },
            { to: [{ ipBlock: { cidr: "198.51.100.0/24" } }], ports: [{ port: 443, protocol: "TCP" }] },
        ]);
    });
});

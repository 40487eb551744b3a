import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { PrivateRegistryArgs, RegistryRestore } from "../../../../components";
import { AccessMode } from "../../../../components";
import { PrivateRegistry } from "../../../../components/privateRegistry";
import { failure, type Resources } from "../../mocks";
import { refuses, refusesValues } from "../../refusals";
import { registry } from "../../registry";

// biome-ignore lint/suspicious/noExplicitAny: tests reach deep into manifests
type Any = any;

const keys = { accessKeyId: "me", secretAccessKey: pulumi.secret("hidden") };
const s3 = { bucket: "backups", endpoint: "https://s3.example.com", credentials: { keys } };
const plainS3 = { ...s3, credentials: { keys: { ...keys, secretAccessKey: "hidden" } } };

const restored = (args: PrivateRegistryArgs = {}, others: Partial<RegistryRestore> = {}) =>
    registry({ restore: { s3, ...others }, ...args });
const job = (r: Resources) => r.one("Job", "registry-restore");
const pod = (r: Resources) => job(r).inputs.spec.template.spec;
const serverPod = (r: Resources) => r.one("Deployment", "registry-deployment").inputs.spec.template.spec;
const variablesOf = (container: Any): Record<string, string> =>
    Object.fromEntries(
        container.env.map(({ name, value, valueFrom }: Any) => {
            const secret = valueFrom?.secretKeyRef;
            return [name, secret ? `${secret.name}/${secret.key}` : value];
        }),
    );
const env = (r: Resources) => variablesOf(pod(r).containers[0]);
const dependsOn = (r: Resources, type: string, name: string, part: RegExp) =>
    r.one(type, name).dependencies.some((urn) => part.test(urn));

describe("restore", () => {
    it("is a Job with the storage and the bucket, for which the registry and maintenance wait", async () => {
        const r = await restored({ maintenance: {} });
        const variables = env(r);
        assert.equal(variables.STORAGE, "/var/lib/registry");
        assert.equal(variables.BACKUP, "backup:backups");
        assert.equal(variables.RCLONE_CONFIG_BACKUP_ENDPOINT, "https://s3.example.com");
        const { name } = r.one("Secret", "registry-restore-bucket").inputs.metadata;
        assert.equal(variables.RCLONE_CONFIG_BACKUP_SECRET_ACCESS_KEY, `${name}/secretAccessKey`);
        assert.deepEqual([variables.RESTORE_ID, variables.ID_OF_STATE, variables.SNAPSHOT], ["", "", "latest"]);
        assert.equal(variables.BACKUP_PASSWORD, undefined);
        const [container] = pod(r).containers;
        assert.ok(container.volumeMounts.some(({ name: volume }: Any) => volume === "data"));
        assert.equal(pod(r).automountServiceAccountToken, false);
        for (const [type, resource] of [
            ["Deployment", "registry-deployment"],
            ["CronJob", "registry-maintenance"],
        ]) {
            assert.ok(dependsOn(r, type, resource, /::registry-restore$/), resource);
        }
        assert.ok(dependsOn(r, "Job", "registry-restore", /::registry-claim$/));
    });

    it("runs again after a failure, also with the next `pulumi up`, and an eviction is none", async () => {
        const { metadata, spec } = job(await restored()).inputs;
        assert.equal(metadata.annotations["pulumi.com/replaceUnready"], "true");
        assert.equal(spec.backoffLimit, 2);
        const conditions = [{ type: "DisruptionTarget", status: "True" }];
        // The provider would wait forever for a Job that fails by the action `FailJob`.
        assert.deepEqual(spec.podFailurePolicy.rules, [{ action: "Ignore", onPodConditions: conditions }]);
    });

    it("has a new name for another volume, backup or snapshot, and not for another key", async () => {
        const keepers = async (args: PrivateRegistryArgs, others: Partial<RegistryRestore> = {}) =>
            (await restored(args, others)).one("RandomId", "registry-restore-name").inputs.keepers.content;
        const first = await keepers({});
        assert.equal(await keepers({ resources: { requests: { cpu: "200m" } } }), first);
        const other = { ...keys, secretAccessKey: "another" };
        assert.equal(await keepers({}, { s3: { ...s3, credentials: { keys: other } } }), first);
        assert.notEqual(await keepers({}, { snapshot: "2026-11-28T030000Z" }), first);
        assert.notEqual(await keepers({}, { id: "0123456789abcdef" }), first);
        assert.notEqual(await keepers({}, { s3: { ...s3, bucket: "others" } }), first);
        assert.notEqual(await keepers({ storage: { s3: { ...s3, bucket: "images" } } }), first);
        // The claim's UID.
        assert.ok(dependsOn(await restored(), "RandomId", "registry-restore-name", /::registry-claim$/));
    });

    it("guards the registry's pods, until the argument is removed", async () => {
        const r = await restored();
        const [guard] = serverPod(r).initContainers;
        assert.equal(guard.name, "restored");
        assert.deepEqual(
            [variablesOf(guard).STORAGE, variablesOf(guard).JOB],
            ["/var/lib/registry", "registry-restore"],
        );
        assert.ok(guard.volumeMounts.some(({ name }: Any) => name === "data"));
        const without = await registry();
        assert.equal(serverPod(without).initContainers, undefined);
        const names = (all: Resources) => all.all.map(({ type, name }) => `${type} ${name}`);
        const added = names(r).filter((name) => !names(without).includes(name));
        assert.deepEqual(added.map((name) => name.replace(/.*[:/]/, "")).sort(), [
            "Job registry-restore",
            "RandomId registry-restore-bucket-name",
            "RandomId registry-restore-name",
            "Secret registry-restore-bucket",
        ]);
    });

    it("has the server's scheduling, account and labels, and prefers its node on a volume that one node can mount", async () => {
        const r = await restored({
            scheduling: { nodeSelector: { disk: "ssd" }, tolerations: [{ operator: "Exists" }] },
            serviceAccount: { annotations: { "azure.workload.identity/client-id": "me" } },
        });
        const { nodeSelector, tolerations, affinity, serviceAccountName } = pod(r);
        assert.deepEqual([nodeSelector, tolerations], [{ disk: "ssd" }, [{ operator: "Exists" }]]);
        assert.equal(serviceAccountName, serverPod(r).serviceAccountName);
        assert.equal(job(r).inputs.spec.template.metadata.labels["azure.workload.identity/use"], "true");
        const [{ podAffinityTerm }] = affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution;
        assert.equal(podAffinityTerm.labelSelector.matchLabels["app.kubernetes.io/component"], "server");
        assert.equal(affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution, undefined);
        const shared = await restored({ storage: { volume: { accessMode: AccessMode.ReadWriteMany } } });
        assert.equal(pod(shared).affinity, undefined);
    });

    it("restores into S3 with the registry's own credentials, with parts that fit into memory", async () => {
        const r = await restored({
            replicas: 2,
            storage: { s3: { ...s3, bucket: "images", multipart: { chunkSizeMi: 64 } } },
        });
        const variables = env(r);
        assert.equal(variables.STORAGE, "registry:images");
        assert.equal(variables.RCLONE_CONFIG_REGISTRY_CHUNK_SIZE, "8Mi");
        assert.match(variables.AWS_SECRET_ACCESS_KEY, /^registry-s3-/);
        assert.match(variables.RCLONE_CONFIG_BACKUP_SECRET_ACCESS_KEY, /^registry-restore-bucket-/);
        assert.match(variablesOf(serverPod(r).initContainers[0]).AWS_SECRET_ACCESS_KEY, /^registry-s3-/);
    });

    it("waits for MinIO", async () => {
        const r = await restored({ storage: { minio: {} } });
        assert.equal(env(r).RCLONE_CONFIG_REGISTRY_PROVIDER, "Minio");
        assert.ok(dependsOn(r, "Job", "registry-restore", /::registry-minio-set-up$/));
    });

    it("takes id and password of the registry's own backup from the state", async () => {
        const r = await restored({ maintenance: { backup: { s3, encryption: {} } } }, { encryption: {} });
        const job = r.one("CronJob", "registry-maintenance").inputs.spec.jobTemplate.spec.template.spec.containers[0];
        assert.equal(env(r).ID_OF_STATE, variablesOf(job).BACKUP_ID);
        const secret = r.one("Secret", "registry-restore-bucket").inputs;
        assert.equal(env(r).BACKUP_PASSWORD, `${secret.metadata.name}/password`);
        assert.match(secret.stringData.password, /^registry-backup-password-1-/);
        assert.ok(!job.clearTexts?.includes(secret.stringData.password));
        const given = await restored({}, { encryption: { password: "sixteen letters!" } });
        assert.equal(given.one("Secret", "registry-restore-bucket").inputs.stringData.password, "sixteen letters!");
    });

    it("guards the pods of the chart, with the init containers of its values", async () => {
        const values = { initContainers: [{ name: "own", image: "own" }] };
        const r = await restored({ helm: { values } });
        const { initContainers } = r.one("Release", "registry-release").inputs.values;
        assert.deepEqual(
            initContainers.map(({ name }: Any) => name),
            ["restored", "own"],
        );
        assert.equal(initContainers[0].securityContext.readOnlyRootFilesystem, true);
        assert.ok(dependsOn(r, "Release", "registry-release", /::registry-restore$/));
        const without = await registry({ helm: { values } });
        assert.deepEqual(without.one("Release", "registry-release").inputs.values.initContainers, [
            { name: "own", image: "own" },
        ]);
    });

    it("can connect to both storages, and the registry not to the backup", async () => {
        const r = await restored(
            { networkPolicy: {}, storage: { s3: { ...s3, endpoint: "https://10.0.0.1:9000" } } },
            { s3: { ...s3, endpoint: "https://10.0.0.2:9000" } },
        );
        const addresses = (part: string) =>
            r
                .one("NetworkPolicy", `registry-network-${part}`)
                .inputs.spec.egress.flatMap(({ to = [] }: Any) => to.map(({ ipBlock }: Any) => ipBlock?.cidr));
        assert.deepEqual(addresses("restore"), ["10.0.0.1/32", "10.0.0.2/32"]);
        assert.deepEqual(addresses("server"), ["10.0.0.1/32"]);
    });

    const late = <T>(value: T) => pulumi.output(Promise.resolve(value));
    for (const [what, args, says] of [
        [
            "an access key in config",
            {
                storage: { s3: { ...s3, bucket: "images" } },
                config: late({ storage: { s3: { accesskey: "AKIAEXAMPLE" } } }),
            },
            "restore: is not possible with config.storage.s3.accesskey",
        ],
        [
            "a variable of the chart",
            { helm: { values: late({ extraEnvVars: [{ name: "AWS_REGION" }] }) } },
            "restore: does not read AWS_REGION in helm.values.extraEnvVars",
        ],
    ] as [string, PrivateRegistryArgs, string][]) {
        it(`is refused for ${what} that is known at deploy time`, async () => {
            const { message } = await failure(() => new PrivateRegistry("registry", { restore: { s3 }, ...args }));
            assert.ok(message.includes(says), message);
        });
    }
});

refuses("restore", {
    "no bucket": { of: { restore: {} }, says: ["restore.s3: is missing; name the bucket with the backup"] },
    "a server without credentials": {
        of: { restore: { s3: { bucket: "backups", endpoint: "https://s3.example.com" } } },
        says: [
            "restore.s3.credentials: is missing; only AWS provides pods with credentials automatically, so set an access key in keys or existingSecret",
        ],
    },
    "no credentials next to those of the storage": {
        of: { restore: { s3: { bucket: "backups" } }, storage: { minio: {} } },
        says: [
            "restore.s3.credentials: is missing; the pod's own credentials are those of the registry's storage, so set an access key in keys or existingSecret",
        ],
    },
    "an encrypted backup without any password": {
        of: { restore: { s3: plainS3, encryption: {} }, maintenance: { backup: { s3: plainS3 } } },
        says: [
            "restore.encryption.password: is missing, and the state has none without maintenance.backup.encryption; set the password of the backup",
        ],
    },
    "storage in memory": {
        of: { restore: { s3: plainS3 }, storage: { memory: {} } },
        says: [
            "restore: cannot read storage.memory, which is in the registry's pod; use storage.volume, existingClaim, hostPath, s3 or minio",
        ],
    },
    "a volume that only one pod can mount": {
        of: { restore: { s3: plainS3 }, storage: { volume: { accessMode: "ReadWriteOncePod" } } },
        says: [
            "restore: needs a second pod on the storage, which storage.volume.accessMode `ReadWriteOncePod` does not allow; use `ReadWriteOnce`, or remove restore",
        ],
    },
    "a storage driver in config": {
        of: { restore: { s3: plainS3 }, config: { storage: { gcs: { bucket: "images" } } } },
        says: [
            "restore: does not support the storage driver in config.storage.gcs; use storage.volume, existingClaim, hostPath, s3 or minio",
        ],
    },
    "variables of the chart that change the storage": {
        of: { restore: { s3: plainS3 }, helm: { values: { extraEnvVars: [{ name: "AWS_REGION", value: "a" }] } } },
        says: [
            "restore: does not read AWS_REGION in helm.values.extraEnvVars, which changes the registry's storage; use the arguments storage, descriptorCache and config instead",
        ],
    },
    "network policies without the address of the bucket": {
        of: { restore: { s3: plainS3 }, networkPolicy: {} },
        says: [
            "networkPolicy.destinations: must allow egress to the host in restore.s3.endpoint: a network policy holds addresses, not names, so list the address ranges, e.g. `{ cidr: 203.0.113.0/24, ports: [443] }`",
        ],
    },
    "a short password": {
        of: { restore: { s3: plainS3, encryption: { password: "short" } } },
        says: [
            "restore.encryption.password: must have 16 to 1024 characters on one line, and neither begin nor end with a space; omit it to get a random one",
        ],
    },
});

refusesValues("restore", [
    [
        "restore.id",
        "0F1E",
        "must be 16 hexadecimal digits in quotes, the name of a directory in the bucket, e.g. `0f1e2d3c4b5a6978`",
    ],
    ["restore.snapshot", "yesterday", "must be `latest` or the time of a snapshot, e.g. `2026-11-28T030000Z`"],
]);

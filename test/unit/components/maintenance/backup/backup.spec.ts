import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { PrivateRegistryArgs, RegistryBackup } from "../../../../../components";
import { caCertificate } from "../../../authority";
import type { Resources } from "../../../mocks";
import { refuses, refusesValues } from "../../../refusals";
import { registry } from "../../../registry";

// biome-ignore lint/suspicious/noExplicitAny: tests reach deep into manifests
type Any = any;

const keys = { accessKeyId: "me", secretAccessKey: pulumi.secret("hidden") };
const onServer = { bucket: "backups", endpoint: "https://s3.example.com", credentials: { keys } };

const backedUp = (backup: RegistryBackup, args: PrivateRegistryArgs = {}) =>
    registry({ maintenance: { backup }, ...args });
const pod = (r: Resources) => r.one("CronJob", "registry-maintenance").inputs.spec.jobTemplate.spec.template.spec;
const container = (r: Resources): Any => pod(r).containers[0];
const env = (r: Resources): Record<string, string> =>
    Object.fromEntries(
        container(r).env.map(({ name, value, valueFrom }: Any) => {
            const secret = valueFrom?.secretKeyRef;
            return [name, secret ? `${secret.name}/${secret.key}` : value];
        }),
    );
const backupVariables = (r: Resources) =>
    Object.fromEntries(Object.entries(env(r)).filter(([name]) => /^(RCLONE_CONFIG_BACKUP|BACKUP|PROOF)/.test(name)));

const idOf = (r: Resources) => {
    const id = env(r).BACKUP_ID;
    assert.match(id, /^[0-9a-f]{16}$/);
    return id;
};

describe("backup", () => {
    it("runs after garbage collection, with the bucket, the key and the id in the state", async () => {
        const r = await backedUp({ s3: onServer });
        assert.deepEqual(container(r).args, ["scheduled"]);
        const secret = r.one("Secret", "registry-backup").inputs;
        const name = secret.metadata.name;
        assert.deepEqual(secret.stringData, { accessKeyId: "me", secretAccessKey: "hidden" });
        assert.deepEqual(backupVariables(r), {
            RCLONE_CONFIG_BACKUP_TYPE: "s3",
            RCLONE_CONFIG_BACKUP_PROVIDER: "Other",
            RCLONE_CONFIG_BACKUP_ENV_AUTH: "false",
            RCLONE_CONFIG_BACKUP_NO_CHECK_BUCKET: "true",
            RCLONE_CONFIG_BACKUP_LIST_VERSION: "2",
            RCLONE_CONFIG_BACKUP_REGION: "us-east-1",
            RCLONE_CONFIG_BACKUP_ENDPOINT: "https://s3.example.com",
            RCLONE_CONFIG_BACKUP_FORCE_PATH_STYLE: "true",
            RCLONE_CONFIG_BACKUP_ACCESS_KEY_ID: `${name}/accessKeyId`,
            RCLONE_CONFIG_BACKUP_SECRET_ACCESS_KEY: `${name}/secretAccessKey`,
            BACKUP: "backup:backups",
            BACKUP_ID: idOf(r),
            PROOF: "/proof",
            PROOF_LIMIT: String(1024 ** 3),
        });
        assert.equal(r.one("RandomId", "registry-backup-id").inputs.byteLength, 8);
    });

    it("does not exist without the argument", async () => {
        const r = await registry({ maintenance: {} });
        assert.deepEqual(container(r).args, ["collect"]);
        assert.deepEqual(
            r.all.filter(({ name }) => name.includes("backup")),
            [],
        );
    });

    it("uses the pod's own credentials of AWS if none are given", async () => {
        const r = await backedUp({ s3: { bucket: "backups", region: "eu-central-1", rootDirectory: "of/teams" } });
        const { BACKUP, ...variables } = backupVariables(r);
        assert.equal(BACKUP, "backup:backups/of/teams");
        assert.equal(variables.RCLONE_CONFIG_BACKUP_ENV_AUTH, "true");
        assert.equal(variables.RCLONE_CONFIG_BACKUP_PROVIDER, "AWS");
        assert.equal(variables.RCLONE_CONFIG_BACKUP_ACCESS_KEY_ID, undefined);
        assert.deepEqual(
            r.all.filter(({ type, name }) => type.endsWith(":Secret") && name.includes("backup")),
            [],
        );
    });

    it("reads the key from an existing Secret, and trusts CA certificates", async () => {
        const existingSecret = { name: "s3", secretAccessKeyKey: "secret" };
        const r = await backedUp({ s3: { ...onServer, credentials: { existingSecret }, caCertPem: caCertificate } });
        const variables = env(r);
        assert.equal(variables.RCLONE_CONFIG_BACKUP_ACCESS_KEY_ID, "s3/AWS_ACCESS_KEY_ID");
        assert.equal(variables.RCLONE_CONFIG_BACKUP_SECRET_ACCESS_KEY, "s3/secret");
        assert.equal(variables.BACKUP_CERTIFICATES, "/backup/certificates");
        const mount = container(r).volumeMounts.find((one: Any) => one.mountPath === "/backup/certificates");
        const volume = pod(r).volumes.find((one: Any) => one.name === mount.name);
        const secret = r.one("Secret", "registry-backup").inputs;
        assert.equal(volume.secret.secretName, secret.metadata.name);
        assert.deepEqual(secret.stringData, { "ca.crt": caCertificate });
    });

    it("encrypts with a random password in the state, or the given one", async () => {
        const random = await backedUp({ s3: onServer, encryption: {} });
        assert.equal(random.one("RandomPassword", "registry-backup-password").inputs.length, 32);
        const secret = random.one("Secret", "registry-backup").inputs;
        assert.match(secret.stringData.password, /^registry-backup-password-1-/);
        assert.equal(env(random).BACKUP_PASSWORD, `${secret.metadata.name}/password`);
        const given = await backedUp({ s3: onServer, encryption: { password: "sixteen letters." } });
        assert.equal(given.one("Secret", "registry-backup").inputs.stringData.password, "sixteen letters.");
        assert.deepEqual(
            given.all.filter(({ name }) => name === "registry-backup-password"),
            [],
        );
    });

    it("has room for what the monthly restore reads", async () => {
        const r = await backedUp({ s3: onServer, verify: { sizeLimit: "10Gi" } });
        assert.equal(env(r).PROOF_LIMIT, String(10 * 1024 ** 3));
        const volume = pod(r).volumes.find((one: Any) => one.name === "proof");
        assert.deepEqual(volume.emptyDir, { sizeLimit: "12288Mi" });
    });

    it("is allowed by network policies to reach the bucket, and the registry is not", async () => {
        const s3 = { ...onServer, endpoint: "http://203.0.113.7:9000" };
        const r = await backedUp({ s3 }, { networkPolicy: {} });
        const egress = (part: string) => JSON.stringify(r.one("NetworkPolicy", `registry-network-${part}`).inputs.spec);
        assert.match(egress("maintenance"), /9000.*203\.0\.113\.7\/32/);
        assert.doesNotMatch(egress("server"), /203\.0\.113\.7/);
    });
});

refusesValues("maintenance.backup", [
    ["maintenance.backup.s3.bucket", 7, "must be a bucket name of letters, digits, dots, hyphens and underscores"],
]);

const bucket = { bucket: "backups" };
const backup = (s3: object) => ({ maintenance: { backup: { s3 } } });

refuses("maintenance.backup", {
    "no bucket": { of: { maintenance: { backup: {} } }, says: ["maintenance.backup.s3: is missing; name the bucket"] },
    "no credentials for a server": {
        of: backup({ ...bucket, endpoint: "https://s3.example.com" }),
        says: [
            "maintenance.backup.s3.credentials: is missing; only AWS provides pods with credentials automatically, so set an access key in keys or existingSecret",
        ],
    },
    "no credentials besides those of MinIO": {
        of: { storage: { minio: {} }, ...backup(bucket) },
        says: [
            "maintenance.backup.s3.credentials: is missing; the pod's own credentials are those of the registry's storage, so set an access key in keys or existingSecret",
        ],
    },
    "the registry's own bucket": {
        of: { storage: { s3: bucket }, ...backup(bucket) },
        says: [
            "maintenance.backup.s3.bucket: is the bucket of storage.s3, with which the backup would be lost; use another one",
        ],
    },
    "an address that a network policy cannot allow": {
        of: { networkPolicy: {}, ...backup(bucket) },
        says: [
            "networkPolicy.destinations: must allow egress to Amazon S3 (maintenance.backup.s3): a network policy holds addresses, not names, so list the address ranges, e.g. `{ cidr: 203.0.113.0/24, ports: [443] }`",
        ],
    },
    "a short password": {
        of: { maintenance: { backup: { s3: bucket, encryption: { password: "short" } } } },
        says: [
            "maintenance.backup.encryption.password: must have 16 to 1024 characters on one line, and neither begin nor end with a space; omit it to get a random one",
        ],
    },
});

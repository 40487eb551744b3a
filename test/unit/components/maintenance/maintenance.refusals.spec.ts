import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AccessMode, PrivateRegistry } from "../../../../components";
import { failure } from "../../mocks";
import { problems, refuses, refusesValues, type Wrong } from "../../refusals";
import { registry } from "../../registry";

const mustBeDuration = "must be an integer of hours or days, e.g. `24h` or `7d`";
const mustBeSchedule =
    "must be a cron schedule of 5 fields with numbers, lists, ranges, steps and `*`, e.g. `0 3 * * *`";

refusesValues("maintenance", [
    ["maintenance.schedule", "@daily", mustBeSchedule],
    ["maintenance.schedule", "0 3 * * MON", mustBeSchedule],
    ["maintenance.schedule", 3, mustBeSchedule],
    ["maintenance.schedule", "0 3 30 2 *", "must name a date that exists, e.g. `0 3 1 * *`"],
    ["maintenance.garbageCollection.grace", "30m", mustBeDuration],
    ["maintenance.garbageCollection.keepDeleted", 7, mustBeDuration],
]);

const maintenance = {};
const keys = { accessKeyId: "me", secretAccessKey: "hidden" };
const s3 = { s3: { bucket: "images", endpoint: "https://s3.example.com", credentials: { keys } } };
const redis = { redis: {} };
const kept = "maintenance.garbageCollection.keepDeleted: must be at least";
const storages = "storage.volume, existingClaim, hostPath, s3 or minio";
const notClear = (path: string) =>
    `maintenance: cannot clear the cache of ${path}, which is in the registry's pods and keeps entries of deleted layers; use descriptorCache.redis, or no cache`;
const needsSecond = (kind: string) =>
    `maintenance: needs a second pod on the storage, which storage.${kind}.accessMode \`ReadWriteOncePod\` does not allow; use \`ReadWriteOnce\`, or remove maintenance`;

refuses("maintenance", {
    "no time to undo a deletion": {
        of: { maintenance: { garbageCollection: { keepDeleted: "0d" } } },
        says: [`${kept} \`2d\`, twice the longest time between two runs of \`0 3 * * *\`, not \`0d\``],
    },
    "less than a day to undo a deletion": {
        of: { maintenance: { schedule: "0 * * * *", garbageCollection: { keepDeleted: "23h" } } },
        says: [`${kept} \`24h\`, not \`23h\``],
    },
    "the default time with a schedule of once a week": {
        of: { maintenance: { schedule: "0 3 * * 0" } },
        says: [`${kept} \`14d\`, twice the longest time between two runs of \`0 3 * * 0\`, not \`7d\``],
    },
    "a cache in the registry's pods": {
        of: { maintenance, descriptorCache: { inMemory: {} } },
        says: [notClear("descriptorCache.inMemory")],
    },
    "a cache in the registry's pods, in config": {
        of: { maintenance, config: { storage: { cache: { blobdescriptor: "inmemory" } } } },
        says: [notClear("config.storage.cache.blobdescriptor")],
    },
    "a Redis that is only in config": {
        of: {
            maintenance,
            config: { storage: { cache: { layerinfo: "redis" } }, redis: { addrs: ["redis:6379"] } },
        },
        says: [
            "maintenance: cannot clear the cache of config.storage.cache.layerinfo, because Redis is not in the arguments; set descriptorCache.redis instead",
        ],
    },
    "a volume that only one pod can mount": {
        of: { maintenance, storage: { volume: { accessMode: AccessMode.ReadWriteOncePod } } },
        says: [needsSecond("volume")],
    },
    "an existing claim that only one pod can mount": {
        of: {
            maintenance,
            createNamespace: false,
            storage: { existingClaim: { name: "images", accessMode: AccessMode.ReadWriteOncePod } },
        },
        says: [needsSecond("existingClaim")],
    },
    "storage in memory": {
        of: { maintenance, storage: { memory: {} } },
        says: [`maintenance: cannot read storage.memory, which is in the registry's pod; use ${storages}`],
    },
    "a storage driver in config": {
        of: { maintenance, config: { storage: { gcs: { bucket: "images" } } } },
        says: [`maintenance: does not support the storage driver in config.storage.gcs; use ${storages}`],
    },
    "a pull-through cache": {
        of: { maintenance, config: { proxy: { remoteurl: "https://registry-1.docker.io" } } },
        says: [
            "maintenance: is not possible with config.proxy.remoteurl, which deletes cached images by their age; remove one of the two",
        ],
    },
    "no validation of pushed images": {
        of: { maintenance, config: { validation: { disabled: true } } },
        says: [
            "maintenance: is not possible with config.validation.disabled, which accepts images with missing parts, so the files that an image needs are not known; remove one of the two",
        ],
    },
    "forbidden deletion": {
        of: { maintenance, config: { storage: { delete: { enabled: false } } } },
        says: [
            "maintenance: is not possible with config.storage.delete.enabled, which forbids deletion; remove one of the two",
        ],
    },
    "an access key in config": {
        of: { maintenance, storage: s3, config: { storage: { s3: { accesskey: "me", secretkey: "hidden" } } } },
        says: ["accesskey", "secretkey"].map(
            (field) =>
                `maintenance: is not possible with config.storage.s3.${field}, which is read by the registry's pods only; set storage.s3.credentials instead`,
        ),
    },
    "a password of Redis in config": {
        of: { maintenance, descriptorCache: redis, config: { redis: { password: "hidden" } } },
        says: [
            "maintenance: is not possible with config.redis.password, which is read by the registry's pods only; set descriptorCache.redis.external.passwordSecret instead",
        ],
    },
    "variables of the chart that change the storage": {
        of: {
            maintenance,
            helm: {
                values: {
                    extraEnvVars: [
                        { name: "TZ", value: "UTC" },
                        { name: "REGISTRY_STORAGE_S3_ENCRYPT", value: "true" },
                        { name: "AWS_ACCESS_KEY_ID", value: "me" },
                    ],
                },
            },
        },
        says: ["REGISTRY_STORAGE_S3_ENCRYPT", "AWS_ACCESS_KEY_ID"].map(
            (name) =>
                `maintenance: does not read ${name} in helm.values.extraEnvVars, which changes the registry's storage; use the arguments storage, descriptorCache and config instead`,
        ),
    },
});

describe("maintenance", () => {
    it("is refused with registry 2 and any cache", async () => {
        const image = "docker.io/library/registry:2.8.3";
        for (const descriptorCache of [redis, { inMemory: {} }]) {
            assert.notDeepEqual(await problems({ image, maintenance, descriptorCache }), []);
        }
        await registry({ image, maintenance });
    });

    it("is refused with another directory than the one where the volume is mounted", async () => {
        const config = { storage: { filesystem: { rootdirectory: "/data" } } };
        for (const more of [{}, { helm: {} }]) {
            assert.equal((await problems({ maintenance, config, ...more })).length, 1);
        }
    });

    it("is accepted with overrides that do no harm", async () => {
        await registry({
            maintenance,
            descriptorCache: redis,
            config: {
                proxy: null,
                validation: { disabled: false },
                storage: { delete: { enabled: true }, cache: { blobdescriptor: "redis" } },
                redis: { db: 3 },
            },
        });
    });

    const late = <T>(value: T) => pulumi.output(Promise.resolve(value));
    const atDeployTime: [string, Wrong, string][] = [
        ["a schedule", { maintenance: { schedule: late("0 3 1 * *") } }, "keepDeleted: must be at least `62d`"],
        [
            "an override",
            { maintenance, config: { proxy: late({ remoteurl: "https://registry-1.docker.io" }) } },
            "maintenance: is not possible with config.proxy.remoteurl",
        ],
        [
            "a variable of the chart",
            { maintenance, helm: { values: late({ extraEnvVars: [{ name: "REGISTRY_PROXY_REMOTEURL" }] }) } },
            "maintenance: does not read REGISTRY_PROXY_REMOTEURL",
        ],
    ];
    for (const [what, args, says] of atDeployTime) {
        it(`is refused for ${what} that is known at deploy time`, async () => {
            const { message } = await failure(() => new PrivateRegistry("registry", args));
            assert.ok(message.includes(says), message);
        });
    }
});

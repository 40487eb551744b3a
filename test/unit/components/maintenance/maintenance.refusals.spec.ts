import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AccessMode, PrivateRegistry } from "../../../../components";
import { failure } from "../../mocks";
import { problems, refuses, refusesValues, type Wrong } from "../../refusals";
import { registry } from "../../registry";

const mustBeDuration = "must be an integer of hours or days, e.g. `24h` or `7d`";
const mustBeSchedule =
    "must be a cron schedule of 5 fields with numbers, lists, ranges, steps and `*`, e.g. `0 3 * * *`";

const mustBeResource = "must be group, version and plural name of a resource, e.g. `argoproj.io/v1alpha1/rollouts`";
const mustBePath =
    "must be names of fields with dots, with `[*]` after lists and a name at the end, e.g. `spec.containers[*].image`";

refusesValues("maintenance", [
    ["maintenance.schedule", "@daily", mustBeSchedule],
    ["maintenance.schedule", "0 3 * * MON", mustBeSchedule],
    ["maintenance.schedule", 3, mustBeSchedule],
    ["maintenance.schedule", "0 3 30 2 *", "must name a date that exists, e.g. `0 3 1 * *`"],
    ["maintenance.garbageCollection.grace", "30m", mustBeDuration],
    ["maintenance.garbageCollection.keepDeleted", 7, mustBeDuration],
    ["maintenance.garbageCollection.untagged", "yes", "must be true or false"],
    [
        "maintenance.retention.rules[0].repositories[0]",
        "team/app:1",
        "names a tag, a digest or a port; write the repository alone, e.g. `team/app`",
    ],
    ["maintenance.retention.rules[0].repositories[0]", 7, "must be a string"],
    ["maintenance.retention.rules[0].keep.lastPushed", 0, "must be an integer of at least 1"],
    ["maintenance.retention.rules[0].keep.pushedWithin", "1w", mustBeDuration],
    ["maintenance.retention.rules[0].keep.matching[0]", "v(1", "has a `(` without a `)`; close the group"],
    ["maintenance.retention.rules[0].protect", "1w", mustBeDuration],
    ["maintenance.retention.dryRun", "no", "must be true or false"],
    [
        "maintenance.retention.trustTimesFrom",
        "2026-11-28",
        "must be a time in RFC 3339 format, e.g. `2026-11-28T03:00:00Z`",
    ],
    [
        "maintenance.inUse.clusters[0]",
        "edge",
        "must be `this`, because other clusters cannot report the images that they use yet",
    ],
    ["maintenance.inUse.also[0].resource", "rollouts", mustBeResource],
    [
        "maintenance.inUse.also[0].resource",
        "v1/secrets",
        "must not be `v1/secrets`, which the run could then read in all namespaces",
    ],
    ["maintenance.inUse.also[0].path", "spec.images[*]", mustBePath],
    ["maintenance.inUse.also[0].path", "spec.containers[0].image", mustBePath],
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

const untagged = { garbageCollection: { untagged: true } };
const retention = { rules: [{ repositories: ["**"], keep: { lastPushed: 10 } }] };

refuses("maintenance", {
    "retention without rules": {
        of: { maintenance: { retention: {} } },
        says: [
            'maintenance.retention.rules: is missing; add a rule, e.g. `{ repositories: ["team/**"], keep: { lastPushed: 10 } }`',
        ],
    },
    "an empty list of rules": {
        of: { maintenance: { retention: { rules: [] } } },
        says: ["maintenance.retention.rules: is empty; add a rule, or remove retention"],
    },
    "rules without repositories, and rules that keep nothing": {
        of: {
            maintenance: {
                retention: {
                    rules: [
                        { repositories: [], keep: {} },
                        { repositories: ["**"], keep: { matching: [] } },
                        { keep: { lastPushed: 1 } },
                        { repositories: ["**"] },
                    ],
                },
            },
        },
        says: [
            "maintenance.retention.rules[0].keep: keeps nothing; set lastPushed, pushedWithin or matching",
            "maintenance.retention.rules[0].repositories: is empty; name repositories, e.g. `team/**`",
            "maintenance.retention.rules[1].keep: keeps nothing; set lastPushed, pushedWithin or matching",
            "maintenance.retention.rules[2].repositories: is missing; name repositories, e.g. `team/**`",
            "maintenance.retention.rules[3].keep: is missing; set what to keep, e.g. `lastPushed: 10`",
        ],
    },
    "untagged with version 2 of the registry": {
        of: { image: "docker.io/library/registry:2.8.3", maintenance: untagged },
        says: [
            "maintenance.garbageCollection.untagged: needs version 3 of the registry, because version 2 deletes the platforms of an index, and image is `docker.io/library/registry:2.8.3`; use a newer image, or remove untagged",
        ],
    },
    "inUse when nothing is deleted that could be in use": {
        of: { maintenance: { garbageCollection: { untagged: false }, inUse: {} } },
        says: [
            "maintenance.inUse: needs maintenance.retention or maintenance.garbageCollection.untagged, without which nothing is deleted that could be in use; remove it",
        ],
    },
    "inUse that is disabled and has lists": {
        of: { maintenance: { retention, inUse: { enabled: false, clusters: ["this"] } } },
        says: ["maintenance.inUse: has enabled: false, so nothing is protected; remove clusters and also"],
    },
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
        [
            "version 2 of the registry",
            { maintenance: untagged, image: late("docker.io/library/registry:2.8.3") },
            "maintenance.garbageCollection.untagged: needs version 3 of the registry",
        ],
    ];
    for (const [what, args, says] of atDeployTime) {
        it(`is refused for ${what} that is known at deploy time`, async () => {
            const { message } = await failure(() => new PrivateRegistry("registry", args));
            assert.ok(message.includes(says), message);
        });
    }
});

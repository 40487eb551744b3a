import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { PrivateRegistry } from "../../../../../components";
import { failure } from "../../../mocks";
import { problems, refuses, type Wrong } from "../../../refusals";
import { ownAnnotations, registry } from "../../../registry";

/** Parameters with which each driver starts. */
const drivers: Readonly<Record<string, Wrong>> = {
    azure: { accountname: "team", accountkey: pulumi.secret("a2V5"), container: "images" },
    gcs: { bucket: "team-images" },
    s3: { bucket: "team-images", region: "eu-central-1" },
    s3aws: { bucket: "team-images", region: "eu-central-1" },
    inmemory: {},
};

const registry2Drivers: Readonly<Record<string, Wrong>> = {
    oss: { accesskeyid: "id", accesskeysecret: pulumi.secret("key"), region: "oss-eu-central-1", bucket: "images" },
    swift: {
        authurl: "https://keystone.example.com/v3",
        username: "team",
        password: pulumi.secret("hidden"),
        container: "images",
    },
};

const special = ["cache", "delete", "maintenance", "redirect", "tag"];
const driversIn = (storage: object) => Object.keys(storage).filter((name) => !special.includes(name));
const late = <T>(value: T) => pulumi.output(Promise.resolve(value));
const failureOf = async (args: Wrong) => (await failure(() => new PrivateRegistry("registry", args))).message;

describe("a storage driver in config", () => {
    for (const [name, parameters] of Object.entries(drivers)) {
        it(`is the only one, without a claim: ${name}`, async () => {
            const r = await registry({ config: { storage: { [name]: parameters } } });
            assert.deepEqual(driversIn(parse(r.configYaml).storage), [name]);
            assert.deepEqual(r.every("PersistentVolumeClaim"), []);
            assert.equal(JSON.stringify(r.pod).includes("/var/lib/registry"), false);
            assert.deepEqual(
                r.all.filter((resource) => resource.protect),
                [],
            );
            assert.equal(parse(r.configYaml).storage.delete.enabled, true);
        });
    }

    for (const [name, parameters] of Object.entries(registry2Drivers)) {
        it(`is accepted with registry 2, and rejected with registry 3: ${name}`, async () => {
            const config = { storage: { [name]: parameters } };
            const r = await registry({ image: "docker.io/library/registry:2.8.3", config });
            assert.deepEqual(driversIn(parse(r.configYaml).storage), [name]);
            assert.deepEqual(await problems({ config }), [
                `config.storage.${name}: is no storage driver of registry 3; its drivers are azure, filesystem, gcs, inmemory, s3, s3aws`,
            ]);
        });
    }

    it("may be any in an image without a known version", async () => {
        const config = { storage: { custom: { bucket: "images" } } };
        for (const image of ["mirror.example.com/team/store:7", late("docker.io/library/registry:3.1.2")]) {
            const r = await registry({ image, config });
            assert.deepEqual(driversIn(parse(r.configYaml).storage), ["custom"]);
        }
    });

    it("allows replicas on any node, which do not stop each other", async () => {
        for (const name of ["azure", "gcs", "s3"]) {
            const r = await registry({ replicas: 2, config: { storage: { [name]: drivers[name] } } });
            const { spec } = r.one("Deployment").inputs;
            assert.equal(spec.replicas, 2);
            assert.equal(spec.strategy.type, "RollingUpdate");
            assert.equal(spec.template.spec.affinity, undefined);
        }
    });

    it("can have Outputs as parameters, and as a whole", async () => {
        for (const gcs of [late({ bucket: "late" }), { bucket: late("late") }]) {
            const r = await registry({ config: { storage: { gcs } } });
            assert.equal(parse(r.configYaml).storage.gcs.bucket, "late");
            assert.deepEqual(r.every("PersistentVolumeClaim"), []);
        }
    });

    it("replaces a driver that a null removes", async () => {
        const r = await registry({ config: { storage: { filesystem: null, gcs: { bucket: "images" } } } });
        assert.deepEqual(driversIn(parse(r.configYaml).storage), ["gcs"]);
        assert.deepEqual(r.every("PersistentVolumeClaim"), []);
    });

    it("can be a name instead of a section", async () => {
        const r = await registry({ config: { storage: "inmemory" } });
        assert.deepEqual(driversIn(parse(r.configYaml).storage), ["inmemory"]);
    });

    it("is configured in the same way with the Helm chart, which sets no variables for it", async () => {
        const azure = { accountname: "team", container: "images", credentials: { type: "shared_key" } };
        for (const [name, parameters] of Object.entries({ azure, gcs: drivers.gcs, s3: drivers.s3 })) {
            const r = await registry({ helm: {}, replicas: 2, config: { storage: { [name]: parameters } } });
            const { values } = r.one("Release").inputs;
            assert.deepEqual(driversIn(values.configData.storage), [name]);
            assert.ok(!["filesystem", "s3", "azure", "swift"].includes(values.storage), values.storage);
            assert.deepEqual(r.every("PersistentVolumeClaim"), []);
        }
    });

    it("stays an override with storage of the same driver", async () => {
        const s3 = { bucket: "images", region: "eu-central-1" };
        const r = await registry({ storage: { s3 }, config: { storage: { s3: { loglevel: "debug" } } } });
        const { storage } = parse(r.configYaml);
        assert.deepEqual(driversIn(storage), ["s3"]);
        assert.equal(storage.s3.bucket, "images");
        assert.equal(storage.s3.loglevel, "debug");
        const volume = await registry({ config: { storage: { filesystem: { maxthreads: 200 } } } });
        assert.deepEqual(parse(volume.configYaml).storage.filesystem, {
            maxthreads: 200,
            rootdirectory: "/var/lib/registry",
        });
        assert.equal(volume.every("PersistentVolumeClaim").length, 1);
    });

    it("is rejected if it is known at deploy time only", async () => {
        const tooLate =
            /config\.storage\.gcs: decides which resources exist, so it must be known before any of them is created/;
        const gcs = { bucket: "images" };
        for (const config of [late({ storage: { gcs } }), { storage: late({ gcs }) }]) {
            assert.match(await failureOf({ config }), tooLate);
            assert.match(await failureOf({ config, storage: { s3: { bucket: "images" } } }), tooLate);
        }
    });

    it("is rejected if it turns out to be missing at deploy time", async () => {
        const message = await failureOf({ config: { storage: { gcs: late(null) } } });
        assert.match(message, /config\.storage\.gcs: removes the storage driver/);
    });
});

const keepOne = "keep exactly one";
const remove = "remove one of the two";

refuses("a storage driver in config", {
    "two drivers": {
        of: { config: { storage: { azure: drivers.azure, gcs: drivers.gcs } } },
        says: [`config.storage: has the storage drivers azure and gcs; ${keepOne}`],
    },
    "a driver in addition to the volume's": {
        of: { config: { storage: { filesystem: {}, inmemory: {} } } },
        says: [`config.storage: has the storage drivers filesystem and inmemory; ${keepOne}`],
    },
    "a driver in addition to storage.volume": {
        of: { storage: { volume: {} }, config: { storage: { gcs: drivers.gcs } } },
        says: [`config.storage.gcs: is a second storage driver in addition to storage.volume; ${remove}`],
    },
    "a driver in addition to storage.s3": {
        of: { storage: { s3: { bucket: "images" } }, config: { storage: { azure: drivers.azure } } },
        says: [`config.storage.azure: is a second storage driver in addition to storage.s3; ${remove}`],
    },
    "a driver in addition to storage.minio, and an override of a driver that it does not use": {
        of: { storage: { minio: {} }, config: { storage: { filesystem: {}, inmemory: {} } } },
        says: ["filesystem", "inmemory"].map(
            (name) => `config.storage.${name}: is a second storage driver in addition to storage.minio; ${remove}`,
        ),
    },
    "no driver": {
        of: { config: { storage: { filesystem: null } } },
        says: ["config.storage.filesystem: removes the storage driver, and the registry needs one; remove this null"],
    },
    "a misspelled driver": {
        of: { config: { storage: { azur: drivers.azure } } },
        says: ["config.storage.azur: is no storage driver of registry 3; did you mean `azure`?"],
    },
    "replicas of a driver in memory": {
        of: { replicas: 2, config: { storage: { inmemory: {} } } },
        says: [
            "replicas: 2 replicas require storage that all of them can write to; use one replica, s3, minio, or a volume or existingClaim with accessMode `ReadWriteMany`",
        ],
    },
    "missing parameters": {
        of: { config: { storage: { azure: { accountkey: "a2V5", container: "" } } } },
        says: [
            "config.storage.azure.accountname: is missing; name the storage account",
            "config.storage.azure.container: is missing; name the container",
        ],
    },
    "a missing bucket, and files that do not exist in the pods": {
        of: { config: { storage: { gcs: { keyfile: "/etc/key.json", credentials: "/etc/key.json" } } } },
        says: [
            "config.storage.gcs.bucket: is missing; name the bucket",
            ...["keyfile: names a file that the pods do not have", "credentials: must be an object"].map(
                (what) =>
                    `config.storage.gcs.${what}; set \`credentials\` to the content of the key file, in a stack's configuration with \`pulumi config set --secret config-storage.gcs.credentials <key.json\``,
            ),
        ],
    },
    "another type of Azure credentials": {
        of: { config: { storage: { azure: { accountname: "a", container: "b", credentials: { type: "default" } } } } },
        says: ["config.storage.azure.credentials.type: must be one of shared_key, client_secret, default_credentials"],
    },
    "Azure's credentials without what they need": {
        of: { config: { storage: { azure: { accountname: "a", container: "b", credentials: { secret: "hidden" } } } } },
        says: [
            "config.storage.azure.credentials.clientid: is missing; set the application's ID",
            "config.storage.azure.credentials.tenantid: is missing; set the tenant's ID",
        ],
    },
    "a shared key that is missing": {
        of: {
            config: { storage: { azure: { accountname: "a", container: "b", credentials: { type: "shared_key" } } } },
        },
        says: ["config.storage.azure.accountkey: is missing; set the account's key"],
    },
    "registry 2 without Azure's account key, and with a section of registry 3": {
        of: {
            image: "docker.io/library/registry:2.8.3",
            config: { storage: { azure: { accountname: "a", container: "b" }, tag: { concurrencylimit: 5 } } },
        },
        says: [
            "config.storage.azure.accountkey: is missing; set the account's key",
            "config.storage.tag: is a section of registry 3, and a second storage driver for registry 2; remove it",
        ],
    },
});

describe("serviceAccount", () => {
    const account = async (annotations: Record<string, string>, more: Wrong = {}) => {
        const r = await registry({ serviceAccount: { annotations }, ...more });
        const { metadata } = r.one("ServiceAccount", "registry-account").inputs;
        return { annotations: ownAnnotations(metadata), resources: r };
    };

    it("has the annotations of GKE and EKS, and pods without further labels", async () => {
        for (const key of ["iam.gke.io/gcp-service-account", "eks.amazonaws.com/role-arn"]) {
            const { annotations, resources } = await account({ [key]: "registry" });
            assert.deepEqual(annotations, { [key]: "registry" });
            assert.deepEqual(Object.keys(resources.pod.metadata.labels).sort(), [
                "app.kubernetes.io/component",
                "app.kubernetes.io/instance",
                "app.kubernetes.io/managed-by",
                "app.kubernetes.io/name",
            ]);
        }
    });

    it("has Azure's annotation, and only the registry's pods have the label for it", async () => {
        const { annotations, resources } = await account({ "azure.workload.identity/client-id": "0000" });
        assert.deepEqual(annotations, { "azure.workload.identity/client-id": "0000" });
        const labelled = resources.pods.filter((pod) => "azure.workload.identity/use" in (pod.metadata?.labels ?? {}));
        assert.deepEqual(
            labelled.map((pod) => pod.name),
            ["registry-deployment"],
        );
        const { selector } = resources.one("Deployment").inputs.spec;
        assert.equal("azure.workload.identity/use" in selector.matchLabels, false);
    });

    it("applies to the chart's pods", async () => {
        const { annotations, resources } = await account({ "azure.workload.identity/client-id": "0000" }, { helm: {} });
        assert.deepEqual(annotations, { "azure.workload.identity/client-id": "0000" });
        assert.equal(resources.one("Release").inputs.values.podLabels["azure.workload.identity/use"], "true");
    });
});

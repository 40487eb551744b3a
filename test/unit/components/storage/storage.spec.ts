import * as assert from "node:assert/strict";
import { AccessMode, type RegistryStorage, RolloutStrategy } from "../../../../components";
import { checkArguments } from "../../../../components/privateRegistryArgs";
import type { Resources } from "../../mocks";
import { refuses, refusesValues, type Wrong } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

const withStorage = (storage?: RegistryStorage, more = {}) => registry({ storage, ...more });

function dataVolume(resources: Resources) {
    return resources.pod.spec.volumes.find((volume: { name: string }) => volume.name === "data");
}

/** The required pod affinity of the registry's pod. */
function podAffinityOf(resources: Resources) {
    return resources.pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
}

const sameNode = [
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
];

describe("storage.volume", () => {
    it("is a claim of 10Gi with the default storage class, named after the Service", async () => {
        const r = await withStorage();
        const { inputs } = r.one("PersistentVolumeClaim");
        assert.equal(inputs.metadata.name, "registry");
        assert.equal(inputs.metadata.namespace, "registry");
        assert.deepEqual(inputs.spec, {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "10Gi" } },
        });
        assert.deepEqual(dataVolume(r), { name: "data", persistentVolumeClaim: { claimName: "registry" } });
    });

    it("is protected together with its namespace", async () => {
        const r = await withStorage();
        assert.equal(r.one("PersistentVolumeClaim").protect, true);
        assert.equal(r.one("Namespace", "registry-namespace").protect, true);
        assert.deepEqual(
            r.all.filter((resource) => resource.protect).map((resource) => resource.name),
            ["registry-namespace", "registry-claim"],
        );
    });

    it("is not protected with deleteWithStack", async () => {
        const r = await withStorage({ volume: { deleteWithStack: true } });
        assert.deepEqual(
            r.all.filter((resource) => resource.protect),
            [],
        );
    });

    it("has the given size, storage class, access mode and name", async () => {
        const r = await withStorage({
            volume: {
                size: "200Gi",
                storageClassName: "fast",
                accessMode: AccessMode.ReadWriteMany,
                claimName: "images",
            },
        });
        const { inputs } = r.one("PersistentVolumeClaim");
        assert.equal(inputs.metadata.name, "images");
        assert.deepEqual(inputs.spec, {
            accessModes: ["ReadWriteMany"],
            storageClassName: "fast",
            resources: { requests: { storage: "200Gi" } },
        });
        assert.deepEqual(dataVolume(r).persistentVolumeClaim, { claimName: "images" });
    });

    it("is not awaited, because binding it may need the pod", async () => {
        const { inputs } = (await withStorage()).one("PersistentVolumeClaim");
        assert.equal(inputs.metadata.annotations["pulumi.com/skipAwait"], "true");
    });

    it("is created before the Deployment", async () => {
        const r = await withStorage();
        assert.ok(r.one("Deployment").dependencies.some((urn) => urn.endsWith("::registry-claim")));
    });

    it("keeps a second pod on the first one's node with ReadWriteOnce", async () => {
        assert.deepEqual(podAffinityOf(await withStorage()), sameNode);
    });

    it("lets pods run on any node with ReadWriteMany", async () => {
        const r = await withStorage({ volume: { accessMode: AccessMode.ReadWriteMany } }, { replicas: 3 });
        assert.equal(podAffinityOf(r), undefined);
        assert.equal(r.one("Deployment").inputs.spec.replicas, 3);
    });

    it("stops the old pod first with ReadWriteOncePod", async () => {
        const r = await withStorage({ volume: { accessMode: AccessMode.ReadWriteOncePod } });
        assert.deepEqual(r.one("Deployment").inputs.spec.strategy, { type: "Recreate" });
        assert.equal(podAffinityOf(r), undefined);
    });
});

describe("storage.existingClaim", () => {
    const existing = (accessMode?: AccessMode) =>
        withStorage({ existingClaim: { name: "old", accessMode } }, { createNamespace: false, namespace: "infra" });

    it("is mounted, and neither created nor protected", async () => {
        const r = await existing();
        assert.deepEqual(dataVolume(r), { name: "data", persistentVolumeClaim: { claimName: "old" } });
        assert.deepEqual(r.every("PersistentVolumeClaim"), []);
        assert.deepEqual(
            r.all.filter((resource) => resource.protect),
            [],
        );
    });

    it("keeps a second pod on the first one's node", async () => {
        assert.deepEqual(podAffinityOf(await existing()), sameNode);
    });

    it("lets pods run on any node with ReadWriteMany", async () => {
        assert.equal(podAffinityOf(await existing(AccessMode.ReadWriteMany)), undefined);
    });
});

describe("storage.memory", () => {
    it("is an emptyDir with a size limit of 1Gi", async () => {
        const r = await withStorage({ memory: {} });
        assert.deepEqual(dataVolume(r), { name: "data", emptyDir: { sizeLimit: "1Gi" } });
        assert.deepEqual(r.every("PersistentVolumeClaim"), []);
    });

    it("has the given size limit", async () => {
        assert.deepEqual(dataVolume(await withStorage({ memory: { sizeLimit: "5Gi" } })).emptyDir, {
            sizeLimit: "5Gi",
        });
    });

    it("protects nothing", async () => {
        assert.deepEqual(
            (await withStorage({ memory: {} })).all.filter((resource) => resource.protect),
            [],
        );
    });

    it("lets pods run on any node", async () => {
        assert.equal(podAffinityOf(await withStorage({ memory: {} })), undefined);
    });
});

describe("storage.hostPath", () => {
    const hostPath = { path: "/srv/registry" };

    it("is a static volume that only the registry's claim can bind", async () => {
        const r = await withStorage({ hostPath });
        const volume = r.one("PersistentVolume");
        assert.deepEqual(volume.inputs.spec, {
            accessModes: ["ReadWriteOnce"],
            capacity: { storage: "10Gi" },
            storageClassName: "",
            persistentVolumeReclaimPolicy: "Retain",
            hostPath: { path: "/srv/registry", type: "DirectoryOrCreate" },
        });
        assert.deepEqual(r.one("PersistentVolumeClaim").inputs.spec, {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "",
            volumeName: "registry-registry-volume",
            resources: { requests: { storage: "10Gi" } },
        });
        assert.deepEqual(dataVolume(r).persistentVolumeClaim, { claimName: "registry" });
    });

    it("keeps hostPath volumes out of the registry's pod", async () => {
        const { pod } = await withStorage({ hostPath });
        assert.equal(JSON.stringify(pod).includes("hostPath"), false);
    });

    it("protects volume, claim and namespace", async () => {
        const r = await withStorage({ hostPath });
        assert.deepEqual(
            r.all.filter((resource) => resource.protect).map((resource) => resource.type.split(":").at(-1)),
            ["Namespace", "PersistentVolume", "PersistentVolumeClaim"],
        );
    });

    it("protects nothing with deleteWithStack", async () => {
        const r = await withStorage({ hostPath: { ...hostPath, deleteWithStack: true } });
        assert.deepEqual(
            r.all.filter((resource) => resource.protect),
            [],
        );
    });

    it("has the given size in volume and claim", async () => {
        const r = await withStorage({ hostPath: { ...hostPath, size: "50Gi" } });
        assert.deepEqual(r.one("PersistentVolume").inputs.spec.capacity, { storage: "50Gi" });
        assert.deepEqual(r.one("PersistentVolumeClaim").inputs.spec.resources.requests, { storage: "50Gi" });
    });

    it("pins the volume and its agent to nodeName", async () => {
        const r = await withStorage({ hostPath: { ...hostPath, nodeName: "node-1" } });
        const [term] = r.one("PersistentVolume").inputs.spec.nodeAffinity.required.nodeSelectorTerms;
        assert.deepEqual(term.matchExpressions, [
            { key: "kubernetes.io/hostname", operator: "In", values: ["node-1"] },
        ]);
        const { nodeSelector } = r.one("DaemonSet", "registry-folder-owner").inputs.spec.template.spec;
        assert.deepEqual(nodeSelector, { "kubernetes.io/os": "linux", "kubernetes.io/hostname": "node-1" });
    });

    it("makes the registry's user the directory's owner, by an agent in the node namespace", async () => {
        const r = await withStorage({ hostPath });
        const { inputs } = r.one("DaemonSet", "registry-folder-owner");
        assert.equal(inputs.metadata.namespace, "registry-node");
        const [container] = inputs.spec.template.spec.containers;
        assert.deepEqual(container.env, [
            { name: "FOLDER", value: "/folder" },
            { name: "OWNER", value: "1000:1000" },
        ]);
        assert.deepEqual(container.securityContext.capabilities, { drop: ["ALL"], add: ["CHOWN", "FOWNER"] });
        assert.ok(r.one("Deployment").dependencies.some((urn) => urn.endsWith("::registry-folder-owner")));
    });

    it("has its agent although no node is configured", async () => {
        const r = await withStorage({ hostPath }, { nodes: { enabled: false } });
        assert.equal(r.one("DaemonSet").name, "registry-folder-owner");
        assert.equal(r.one("Namespace", "registry-node-namespace").inputs.metadata.name, "registry-node");
    });

    it("keeps a second pod on the first one's node", async () => {
        assert.deepEqual(podAffinityOf(await withStorage({ hostPath })), sameNode);
    });
});

describe("rollout.strategy", () => {
    it("starts the new pod before the old one stops", async () => {
        assert.deepEqual((await withStorage()).one("Deployment").inputs.spec.strategy, {
            type: "RollingUpdate",
            rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
        });
    });

    it("stops the old pod first with Recreate", async () => {
        const r = await withStorage(undefined, { rollout: { strategy: RolloutStrategy.Recreate } });
        assert.deepEqual(r.one("Deployment").inputs.spec.strategy, { type: "Recreate" });
    });
});

refusesValues("storage.memory", [
    ["storage.memory.sizeLimit", "much", must.size],
    ["storage.memory.sizeLimit", "0", must.size],
    ["storage.memory.sizeLimit", "512m", must.size, "did you mean `512Mi`?"],
]);

refuses("storage", {
    "two kinds of storage": {
        of: { storage: { volume: {}, memory: {} } },
        says: ["storage: has volume and memory; keep exactly one"],
    },
    "replicas that cannot share the storage": {
        of: { replicas: 2 },
        says: [
            "replicas: 2 replicas require storage that all of them can write to; use one replica, s3, minio, or a volume or existingClaim with accessMode `ReadWriteMany`",
        ],
    },
});

describe("the settings of storage", () => {
    const protection: [string, Wrong, boolean, string][] = [
        ["a volume", { volume: {} }, true, "same node"],
        ["a volume deleted with the stack", { volume: { deleteWithStack: true } }, false, "same node"],
        ["a shared volume", { volume: { accessMode: AccessMode.ReadWriteMany } }, true, "anywhere"],
        ["a volume of one pod", { volume: { accessMode: AccessMode.ReadWriteOncePod } }, true, "one pod"],
        ["a folder of a node", { hostPath: { path: "/srv" } }, true, "same node"],
        ["a folder deleted with the stack", { hostPath: { path: "/srv", deleteWithStack: true } }, false, "same node"],
        ["MinIO", { minio: {} }, true, "anywhere"],
        ["MinIO deleted with the stack", { minio: { deleteWithStack: true } }, false, "anywhere"],
        ["S3", { s3: { bucket: "images" } }, false, "anywhere"],
        ["memory", { memory: {} }, false, "anywhere"],
    ];
    for (const [kind, storage, isProtected, mounting] of protection) {
        it(`decide for ${kind} whether it is protected, and where its pods can run`, () => {
            const { storage: settings } = checkArguments("team", { storage });
            assert.deepEqual([settings.isProtected, settings.mounting], [isProtected, mounting]);
        });
    }
});

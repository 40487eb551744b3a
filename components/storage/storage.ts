import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { below, type Problem, type Rules } from "../arguments/check";
import { absolutePath, dnsName, flag, memberOf, quantity } from "../arguments/rules";
import type { PodAddition } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { inPod } from "../server/configYml";
import { dataVolume, type Storage } from "../server/pods";
import type { Mounting } from "../server/rollout";
import { claimVolume } from "./claim";
import { type HostPathStorage, prepareHostPath } from "./hostPath";
import { AccessMode, type StorageContext } from "./kind";
import { deployMinio, type MinioStorage, minioRules } from "./minio";
import { type S3Storage, s3Problems, s3Rules, useS3 } from "./s3";

/** A volume of the registry's own, claimed from a storage class. */
export interface VolumeStorage {
    /** Size of the claim. It may grow later if the storage class can; it never shrinks. Defaults to `10Gi`. */
    size?: pulumi.Input<string>;
    /** Storage class of the claim. Defaults to the cluster's default class. Changing it later is refused, for the images would be lost. */
    storageClassName?: pulumi.Input<string>;
    /** Defaults to `ReadWriteOnce`. */
    accessMode?: AccessMode;
    /** Name of the claim. Defaults to the name of the Service. */
    claimName?: pulumi.Input<string>;
    /** Let `pulumi destroy` delete the images too. Defaults to false: the claim and its namespace are protected. */
    deleteWithStack?: boolean;
}

/** A claim that exists already in the registry's namespace. */
export interface ExistingClaimStorage {
    /** Name of the claim. */
    name: pulumi.Input<string>;
    /** What the claim allows. Defaults to `ReadWriteOnce`. */
    accessMode?: AccessMode;
}

/** Nothing lasting: the images are gone when the pod is. For tests. */
export interface MemoryStorage {
    /** Most that the images may take on the node's disk. Defaults to `1Gi`. */
    sizeLimit?: pulumi.Input<string>;
}

/** Where images are kept: one of these. */
export interface RegistryStorage {
    /** A new volume. The default. */
    volume?: VolumeStorage;
    /** A claim that exists already. */
    existingClaim?: ExistingClaimStorage;
    /** A folder of a node. */
    hostPath?: HostPathStorage;
    /** A bucket of Amazon S3 or of a server that speaks its protocol. */
    s3?: S3Storage;
    /** A MinIO server of the registry's own, in the cluster. */
    minio?: MinioStorage;
    /** Nothing lasting, for tests. */
    memory?: MemoryStorage;
}

export const storageRules: Rules = {
    "volume.size": quantity,
    "volume.storageClassName": dnsName,
    "volume.accessMode": memberOf(AccessMode),
    "volume.claimName": dnsName,
    "volume.deleteWithStack": flag,
    "existingClaim.name": dnsName,
    "existingClaim.accessMode": memberOf(AccessMode),
    "hostPath.path": absolutePath,
    "hostPath.nodeName": dnsName,
    "hostPath.size": quantity,
    "hostPath.deleteWithStack": flag,
    ...below("s3", s3Rules),
    ...below("minio", minioRules),
    "memory.sizeLimit": quantity,
};

const kindsOfStorage = ["volume", "existingClaim", "hostPath", "s3", "minio", "memory"] as const;

export function storageProblems(storage: RegistryStorage = {}, replicas = 1): Problem[] {
    const kinds = kindsOfStorage.filter((kind) => storage[kind] !== undefined);
    if (kinds.length > 1) return [{ path: "storage", reason: `has ${kinds.join(" and ")}; keep exactly one` }];
    const problems: Problem[] = [];
    if (storage.existingClaim && storage.existingClaim.name === undefined) {
        problems.push({ path: "storage.existingClaim.name", reason: "is missing; name the claim" });
    }
    if (storage.hostPath && storage.hostPath.path === undefined) {
        problems.push({ path: "storage.hostPath.path", reason: "is missing; name the folder" });
    }
    if (storage.s3) problems.push(...s3Problems("storage.s3", storage.s3));
    if (replicas > 1 && !isShared(storage)) {
        const reason = `${replicas} replicas need storage that all of them can write; use one replica, s3, minio, or a volume or existingClaim with accessMode \`ReadWriteMany\``;
        problems.push({ path: "replicas", reason });
    }
    return problems;
}

/** How the claim that the arguments ask for, or name, may be mounted. */
export function claimMounting(storage: RegistryStorage = {}): Mounting {
    return mountingOf((storage.volume ?? storage.existingClaim)?.accessMode);
}

/** Whether pods of several nodes can write at the same time. */
function isShared(storage: RegistryStorage): boolean {
    return storage.s3 !== undefined || storage.minio !== undefined || claimMounting(storage) === "anywhere";
}

/** Whether `pulumi destroy` must refuse to delete what holds the images. */
export function isProtected(storage: RegistryStorage): boolean {
    return (
        storage.memory === undefined &&
        storage.existingClaim === undefined &&
        storage.s3 === undefined &&
        !(storage.volume ?? storage.hostPath ?? storage.minio)?.deleteWithStack
    );
}

export function provisionStorage(scope: Scope, storage: RegistryStorage, context: StorageContext): Storage {
    const driver = { filesystem: { rootdirectory: inPod.data } };
    if (storage.memory) {
        const emptyDir = { sizeLimit: storage.memory.sizeLimit ?? "1Gi" };
        return { driver, pod: dataFolder({ emptyDir }), mounting: "anywhere", ready: [] };
    }
    if (storage.existingClaim) {
        const { name, accessMode } = storage.existingClaim;
        return { driver, ...claimed(name), mounting: mountingOf(accessMode), ready: [] };
    }
    if (storage.hostPath) {
        const prepared = prepareHostPath(scope, storage.hostPath, context);
        return { driver, ...claimed(prepared.claimName), mounting: "same node", ready: prepared.ready };
    }
    if (storage.s3) {
        return { ...useS3(scope, storage.s3, context), mounting: "anywhere", ready: [] };
    }
    const isKept = { isProtected: isProtected(storage) };
    if (storage.minio) {
        const { claim, claimName } = claimVolume(scope, {
            ...isKept,
            part: "minio-claim",
            path: "storage.minio",
            name: `${context.serviceName}-minio`,
            size: storage.minio.size ?? "10Gi",
            storageClassName: storage.minio.storageClassName,
            accessMode: AccessMode.ReadWriteOnce,
        });
        return { ...deployMinio(scope, storage.minio, claim, claimName, context), mounting: "anywhere" };
    }
    const { accessMode = AccessMode.ReadWriteOnce, ...volume } = storage.volume ?? {};
    const { claim, claimName } = claimVolume(scope, {
        ...isKept,
        part: "claim",
        path: "storage.volume",
        name: volume.claimName ?? context.serviceName,
        size: volume.size ?? "10Gi",
        storageClassName: volume.storageClassName,
        accessMode,
    });
    return { driver, ...claimed(claimName), mounting: mountingOf(accessMode), ready: [claim] };
}

/** The registry's data folder, and the volume behind it. */
function dataFolder(source: Omit<k8s.types.input.core.v1.Volume, "name">): PodAddition {
    return { volumes: [{ name: dataVolume, ...source }], mounts: [{ name: dataVolume, mountPath: inPod.data }] };
}

function claimed(claimName: pulumi.Input<string>) {
    return { claimName, pod: dataFolder({ persistentVolumeClaim: { claimName } }) };
}

function mountingOf(accessMode: AccessMode = AccessMode.ReadWriteOnce): Mounting {
    if (accessMode === AccessMode.ReadWriteMany) return "anywhere";
    return accessMode === AccessMode.ReadWriteOncePod ? "one pod" : "same node";
}

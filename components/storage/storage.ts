import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { size } from "../arguments/quantity";
import { boolean, dnsName, memberOf } from "../arguments/rules";
import { atMostOneOf, fields, plain, required } from "../arguments/shapes";
import type { RegistryScope } from "../kubernetes/namespace";
import { resourceProblems } from "../kubernetes/resources";
import type { Scope } from "../kubernetes/scope";
import { inPod } from "../server/configYml";
import { dataVolume, type Storage } from "../server/pods";
import type { Mounting } from "../server/rollout";
import { claimVolume } from "./claim";
import { configDriver } from "./configDriver";
import {
    type HostPathSettings,
    type HostPathStorage,
    hostPathRules,
    hostPathSettings,
    prepareHostPath,
} from "./hostPath";
import { AccessMode, defaultSize, type StorageContext } from "./kind";
import { deployMinio, type MinioSettings, type MinioStorage, minioRules, minioSettings } from "./minio";
import { type S3Storage, s3Problems, s3Rules, useS3 } from "./s3";

/** A new volume, which the storage class provisions. */
export interface VolumeStorage {
    /**
     * Size of the claim (`resources.requests.storage`). It can be increased if the storage class supports expansion, and never
     * decreased. Defaults to `10Gi`.
     */
    size?: pulumi.Input<string>;
    /**
     * Storage class of the claim (`storageClassName`). A later change is rejected, because it would lose the images. Defaults to
     * the cluster's default class.
     */
    storageClassName?: pulumi.Input<string>;
    /** Access mode of the claim (`accessModes`). A later change is rejected. Defaults to `ReadWriteOnce`. */
    accessMode?: AccessMode;
    /** Name of the claim. Defaults to the name of the Service. */
    claimName?: pulumi.Input<string>;
    /**
     * Whether `pulumi destroy` may delete the images, unless the component has the option `protect: true`. Defaults to false: the claim
     * and its namespace are protected.
     */
    deleteWithStack?: boolean;
}

/** An existing claim in the registry's namespace. */
export interface ExistingClaimStorage {
    /** Name of the claim. */
    name: pulumi.Input<string>;
    /** Access mode of the claim. Defaults to `ReadWriteOnce`. */
    accessMode?: AccessMode;
}

/** Ephemeral storage (emptyDir): images are lost with the pod. For tests. */
export interface MemoryStorage {
    /** Size limit on the node's disk (`emptyDir.sizeLimit`). Defaults to `1Gi`. */
    sizeLimit?: pulumi.Input<string>;
}

/** Where images are stored: one of these. */
export interface RegistryStorage {
    /** A new volume. The default. */
    volume?: VolumeStorage;
    /** An existing claim. */
    existingClaim?: ExistingClaimStorage;
    /** A directory of a node. */
    hostPath?: HostPathStorage;
    /** A bucket of Amazon S3 or an S3-compatible server. */
    s3?: S3Storage;
    /** A dedicated MinIO server in the cluster. */
    minio?: MinioStorage;
    /** An emptyDir, for tests. */
    memory?: MemoryStorage;
}

export const storageRules = atMostOneOf<RegistryStorage>({
    volume: fields<VolumeStorage>({
        size,
        storageClassName: dnsName,
        accessMode: plain(memberOf(AccessMode)),
        claimName: dnsName,
        deleteWithStack: plain(boolean),
    }),
    existingClaim: fields<ExistingClaimStorage>({
        name: required(dnsName, "name the claim"),
        accessMode: plain(memberOf(AccessMode)),
    }),
    hostPath: hostPathRules,
    s3: s3Rules,
    minio: minioRules,
    memory: fields<MemoryStorage>({ sizeLimit: size }),
});

/** The kind of storage in the arguments, if any. */
export function storageKind(storage: RegistryStorage = {}): string | undefined {
    return Object.keys(storage)[0];
}

export function claimNamespaceProblems(storage: RegistryStorage | undefined, createNamespace?: boolean): Problem[] {
    if (!storage?.existingClaim || createNamespace === false) return [];
    const reason = "is in a namespace that already exists; set createNamespace to false, and namespace to its name";
    return [{ path: "storage.existingClaim", reason }];
}

/** `driver` is the storage driver that `config` chooses instead, if any. */
export function storageProblems(storage: RegistryStorage = {}, replicas = 1, driver?: string): Problem[] {
    const problems: Problem[] = storage.s3 ? s3Problems("storage.s3", storage.s3) : [];
    problems.push(...resourceProblems("storage.minio.resources", storage.minio?.resources));
    if (replicas > 1 && !isShared(storage, driver)) {
        const reason = `${replicas} replicas require storage that all of them can write to; use one replica, s3, minio, or a volume or existingClaim with accessMode \`ReadWriteMany\``;
        problems.push({ path: "replicas", reason });
    }
    return problems;
}

/** Where pods that use the storage can run. */
export function storageMounting(storage: RegistryStorage = {}, driver?: string): Mounting {
    const { volume, existingClaim, s3, minio, memory } = storage;
    if (s3 ?? minio ?? memory ?? driver) return "anywhere";
    const accessMode = (volume ?? existingClaim)?.accessMode;
    if (accessMode === AccessMode.ReadWriteMany) return "anywhere";
    return accessMode === AccessMode.ReadWriteOncePod ? "one pod" : "same node";
}

/** Whether pods on several nodes can share the images. */
function isShared(storage: RegistryStorage, driver: string | undefined): boolean {
    return storage.memory === undefined && driver !== "inmemory" && storageMounting(storage, driver) === "anywhere";
}

/** Whether `pulumi destroy` must refuse to delete the images. */
function isProtected(storage: RegistryStorage, driver: string | undefined): boolean {
    const { volume, existingClaim, hostPath, s3, minio, memory } = storage;
    if (existingClaim ?? s3 ?? memory ?? driver) return false;
    return !(volume ?? hostPath ?? minio)?.deleteWithStack;
}

/** The arguments with every default. */
export interface StorageSettings {
    readonly memory: Required<MemoryStorage> | undefined;
    readonly existingClaim: ExistingClaimStorage | undefined;
    readonly hostPath: HostPathSettings | undefined;
    readonly s3: S3Storage | undefined;
    readonly minio: MinioSettings | undefined;
    /** The storage driver that `config` chooses. */
    readonly driver: string | undefined;
    /** Used unless another kind is set. */
    readonly volume: VolumeStorage & Required<Pick<VolumeStorage, "size" | "accessMode" | "claimName">>;
    readonly mounting: Mounting;
    /** Whether `pulumi destroy` must refuse to delete the images. */
    readonly isProtected: boolean;
}

export function storageSettings(serviceName: string, storage: RegistryStorage = {}, driver?: string): StorageSettings {
    const { memory, existingClaim, hostPath, s3, minio, volume } = storage;
    return {
        memory: memory && { sizeLimit: "1Gi", ...memory },
        existingClaim,
        hostPath: hostPath && hostPathSettings(hostPath),
        s3,
        minio: minio && minioSettings(minio),
        driver,
        volume: { size: defaultSize, accessMode: AccessMode.ReadWriteOnce, claimName: serviceName, ...volume },
        mounting: storageMounting(storage, driver),
        isProtected: isProtected(storage, driver),
    };
}

/** Provisions the storage. */
export function provisionStorage(
    scope: RegistryScope,
    settings: StorageContext & { readonly storage: StorageSettings; readonly config: unknown },
): Storage {
    const { storage, config, clusterDomain } = settings;
    const { memory, existingClaim, hostPath, s3, minio, driver, mounting } = storage;
    if (memory) return { ...dataFolder({ emptyDir: memory }), mounting, ready: [] };
    if (existingClaim) return { ...claimed(existingClaim.name), mounting, ready: [] };
    if (hostPath) {
        const { claim, claimName, ready } = prepareHostPath(scope, hostPath, storage.isProtected, settings);
        return { ...claimed(claimName), claimUid: claim.metadata.uid, mounting, ready };
    }
    if (s3) return { ...useS3(scope, s3, settings), mounting, ready: [] };
    if (minio) return { ...provisionMinio(scope, minio, storage.isProtected, settings), mounting };
    if (driver !== undefined) {
        const section = configDriver({ driver, config, clusterDomain });
        return { driver: section, pod: {}, isInConfig: true, mounting, ready: [] };
    }
    const { claimName: name, ...volume } = storage.volume;
    const { claim, claimName } = claimVolume(scope, {
        ...volume,
        part: "claim",
        path: "storage.volume",
        name,
        isProtected: storage.isProtected,
    });
    return { ...claimed(claimName), claimUid: claim.metadata.uid, mounting, ready: [claim] };
}

function provisionMinio(scope: Scope, minio: MinioSettings, isProtected: boolean, context: StorageContext) {
    const { claim, claimName } = claimVolume(scope, {
        part: "minio-claim",
        path: "storage.minio",
        name: `${context.serviceName}-minio`,
        size: minio.size,
        storageClassName: minio.storageClassName,
        accessMode: AccessMode.ReadWriteOnce,
        isProtected,
    });
    return { ...deployMinio(scope, minio, claim, claimName, context), claimUid: claim.metadata.uid };
}

/** The registry's data directory, and its volume. */
function dataFolder(source: Omit<k8s.types.input.core.v1.Volume, "name">): Pick<Storage, "driver" | "pod"> {
    return {
        driver: { filesystem: { rootdirectory: inPod.data } },
        pod: {
            volumes: [{ name: dataVolume, ...source }],
            mounts: [{ name: dataVolume, mountPath: inPod.data }],
        },
    };
}

function claimed(claimName: pulumi.Input<string>) {
    return { claimName, ...dataFolder({ persistentVolumeClaim: { claimName } }) };
}

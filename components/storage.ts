import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { inPod, type Section } from "./configuration";
import { prepareHostPath } from "./hostPath";
import { type Identity, marks } from "./labels";
import { absolutePath, dnsName, flag, memberOf, quantity } from "./rules";
import type { Problem, Rules } from "./validation";

/** How a volume may be mounted. */
export enum AccessMode {
    /** By the pods of one node. */
    ReadWriteOnce = "ReadWriteOnce",
    /** By the pods of all nodes; needed for more than one replica. */
    ReadWriteMany = "ReadWriteMany",
    /** By a single pod: every change of the registry stops it for a moment. */
    ReadWriteOncePod = "ReadWriteOncePod",
}

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

/** A folder of a node. The registry stays on nodes that have it, so this is for clusters of one node or a pinned one. */
export interface HostPathStorage {
    /** The folder, made when it is missing and given to the registry's user. It stays after `pulumi destroy`. */
    path: pulumi.Input<string>;
    /** Name of the node that holds the folder (its label `kubernetes.io/hostname`). Left out, any node may. */
    nodeName?: pulumi.Input<string>;
    /** Size that the claim shows; nothing enforces it. Defaults to `10Gi`. */
    size?: pulumi.Input<string>;
    /** Let `pulumi destroy` delete the claim. The folder stays either way. Defaults to false: the claim is protected. */
    deleteWithStack?: boolean;
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
    "memory.sizeLimit": quantity,
};

export function storageProblems(storage: RegistryStorage = {}, replicas = 1): Problem[] {
    const kinds = (["volume", "existingClaim", "hostPath", "memory"] as const).filter(
        (kind) => storage[kind] !== undefined,
    );
    if (kinds.length > 1) return [{ path: "storage", reason: `has ${kinds.join(" and ")}; keep exactly one` }];
    const problems: Problem[] = [];
    if (storage.existingClaim && storage.existingClaim.name === undefined) {
        problems.push({ path: "storage.existingClaim.name", reason: "is missing; name the claim" });
    }
    if (storage.hostPath && storage.hostPath.path === undefined) {
        problems.push({ path: "storage.hostPath.path", reason: "is missing; name the folder" });
    }
    if (replicas > 1 && !isShared(storage)) {
        const reason = `${replicas} replicas need storage that all of them can write; use one replica, or a volume or existingClaim with accessMode \`ReadWriteMany\``;
        problems.push({ path: "replicas", reason });
    }
    return problems;
}

/** Whether pods of several nodes can write at the same time. */
function isShared(storage: RegistryStorage): boolean {
    return (storage.volume ?? storage.existingClaim)?.accessMode === AccessMode.ReadWriteMany;
}

/** Whether `pulumi destroy` must refuse to delete what holds the images. */
export function isProtected(storage: RegistryStorage): boolean {
    return (
        storage.memory === undefined &&
        storage.existingClaim === undefined &&
        !(storage.volume ?? storage.hostPath)?.deleteWithStack
    );
}

export interface Storage {
    /** The `storage` section of config.yml. */
    readonly driver: Section;
    /** The pod's volume that is mounted as the registry's data folder. */
    readonly volume: k8s.types.input.core.v1.Volume;
    /** How many pods may have it mounted, and where. */
    readonly mounting: Mounting;
    /** What must be there before the pods start. */
    readonly ready: pulumi.Resource[];
}

/** Where a second pod may run while the first one still has the volume. */
export type Mounting = "anywhere" | "same node" | "one pod";

export interface StorageContext {
    readonly claimName: string;
    readonly namespace: pulumi.Output<string>;
    /** Where pods may mount folders of the node; there whenever nodes are touched at all. */
    readonly nodeNamespace: pulumi.Output<string> | undefined;
    readonly imageMirror: pulumi.Input<string> | undefined;
    readonly imagePullSecrets: pulumi.Input<string>[];
}

export function provisionStorage(
    identity: Identity,
    storage: RegistryStorage,
    context: StorageContext,
    parent: pulumi.Resource,
): Storage {
    const driver = { filesystem: { rootdirectory: inPod.data } };
    const claimed = (claimName: pulumi.Input<string>) => ({ name: "data", persistentVolumeClaim: { claimName } });
    if (storage.memory) {
        const emptyDir = { sizeLimit: storage.memory.sizeLimit ?? "1Gi" };
        return { driver, volume: { name: "data", emptyDir }, mounting: "anywhere", ready: [] };
    }
    if (storage.existingClaim) {
        const { name, accessMode } = storage.existingClaim;
        return { driver, volume: claimed(name), mounting: mountingOf(accessMode), ready: [] };
    }
    if (storage.hostPath) {
        const prepared = prepareHostPath(identity, storage.hostPath, context, parent);
        return { driver, volume: claimed(prepared.claimName), mounting: "same node", ready: prepared.ready };
    }
    const volume = storage.volume ?? {};
    const claim = new k8s.core.v1.PersistentVolumeClaim(
        `${identity.name}-claim`,
        {
            metadata: {
                name: volume.claimName ?? context.claimName,
                namespace: context.namespace,
                // A class may bind only when a pod uses the claim, and the pod comes later; its Deployment waits for both.
                ...marks(identity, "storage", { "pulumi.com/skipAwait": "true" }),
            },
            spec: {
                accessModes: [volume.accessMode ?? AccessMode.ReadWriteOnce],
                storageClassName: volume.storageClassName,
                resources: { requests: { storage: volume.size ?? "10Gi" } },
            },
        },
        // A protected claim cannot be replaced either: another class or mode is refused instead of losing the images.
        { parent, ...(isProtected(storage) && { protect: true }) },
    );
    return { driver, volume: claimed(claim.metadata.name), mounting: mountingOf(volume.accessMode), ready: [claim] };
}

function mountingOf(accessMode: AccessMode = AccessMode.ReadWriteOnce): Mounting {
    if (accessMode === AccessMode.ReadWriteMany) return "anywhere";
    return accessMode === AccessMode.ReadWriteOncePod ? "one pod" : "same node";
}

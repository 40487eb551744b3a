import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { size } from "../arguments/quantity";
import { absolutePath, boolean, dnsName } from "../arguments/rules";
import { fields, plain, required } from "../arguments/shapes";
import type { RegistryScope } from "../kubernetes/namespace";
import { anyTaint, nodeAgent } from "../kubernetes/nodeAgent";
import { mounted, registryUser } from "../kubernetes/pod";
import { keptManager } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import { defaultSize, type StorageContext } from "./kind";

/** A directory of a node, as a hostPath volume. For clusters with one node, or with `nodeName`. */
export interface HostPathStorage {
    /**
     * Absolute path of the directory (`hostPath.path`). It is created if it is missing, and owned by the registry's user (UID
     * 1000). `pulumi destroy` does not delete it.
     */
    path: pulumi.Input<string>;
    /** Node with the directory: the value of its label `kubernetes.io/hostname`. If omitted, the pods can run on any node. */
    nodeName?: pulumi.Input<string>;
    /** Size of the claim. It is not enforced, and later changes have no effect. Defaults to `10Gi`. */
    size?: pulumi.Input<string>;
    /**
     * Whether `pulumi destroy` may delete the claim, unless the component has the option `protect: true`. It never deletes the
     * directory. Defaults to false: the claim is protected.
     */
    deleteWithStack?: boolean;
}

export const hostPathRules = fields<HostPathStorage>({
    path: required(absolutePath, "name the directory"),
    nodeName: dnsName,
    size,
    deleteWithStack: plain(boolean),
});

/** The arguments with every default. */
export type HostPathSettings = HostPathStorage & Required<Pick<HostPathStorage, "size">>;

export function hostPathSettings(args: HostPathStorage): HostPathSettings {
    return { size: defaultSize, ...args };
}

const folderInPod = "/folder";

/**
 * Creates a static PersistentVolume and claim for a node's directory, so that the registry's pod meets Pod Security level `restricted`,
 * and an agent that makes the registry's user the directory's owner.
 */
export function prepareHostPath(
    scope: RegistryScope,
    args: HostPathSettings,
    isProtected: boolean,
    context: StorageContext,
) {
    const options = scope.lastingOptions(isProtected);
    const volume = staticVolume(scope, args, options);
    const claim = staticClaim(scope, context.serviceName, args.size, volume.metadata.name, options);
    const owner = folderOwner(scope, args, context);
    return { claim, claimName: claim.metadata.name, ready: [claim, owner] };
}

function staticVolume(
    scope: RegistryScope,
    { path, nodeName, size }: HostPathSettings,
    options: pulumi.CustomResourceOptions,
): k8s.core.v1.PersistentVolume {
    const pinned = nodeName !== undefined && {
        nodeAffinity: { required: { nodeSelectorTerms: [pinnedTo(nodeName)] } },
    };
    return new k8s.core.v1.PersistentVolume(
        scope.name("volume"),
        {
            metadata: scope.clusterMetadata(scope.clusterObjectName("volume"), "storage"),
            spec: {
                accessModes: ["ReadWriteOnce"],
                capacity: { storage: size },
                // No class, so that only the claim below can bind the volume, and no provisioner handles either of them.
                storageClassName: "",
                persistentVolumeReclaimPolicy: "Retain",
                hostPath: { path, type: "DirectoryOrCreate" },
                ...pinned,
            },
        },
        { ...options, ignoreChanges: ["metadata.name", keptManager, "spec.capacity"] },
    );
}

function staticClaim(
    scope: RegistryScope,
    name: string,
    size: pulumi.Input<string>,
    volumeName: pulumi.Output<string>,
    options: pulumi.CustomResourceOptions,
): k8s.core.v1.PersistentVolumeClaim {
    return new k8s.core.v1.PersistentVolumeClaim(
        scope.name("claim"),
        {
            metadata: scope.metadata(name, "storage", { "pulumi.com/skipAwait": "true" }),
            spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: "",
                volumeName,
                resources: { requests: { storage: size } },
            },
        },
        // A static volume cannot be resized, and this size is not enforced.
        { ...options, ignoreChanges: [keptManager, "spec.resources"] },
    );
}

function folderOwner(
    scope: RegistryScope,
    { path, nodeName }: HostPathSettings,
    context: StorageContext,
): k8s.apps.v1.DaemonSet {
    const part = "folder-owner";
    const pod = nodeAgent(scope.onNodes, context, {
        command: ["/bin/sh", "-c", shellScript(__dirname, "hostPath.sh")],
        env: { FOLDER: folderInPod, OWNER: `${registryUser}:${registryUser}` },
        capabilities: ["CHOWN", "FOWNER"],
        nodeSelector: nodeName === undefined ? undefined : { "kubernetes.io/hostname": nodeName },
        tolerations: anyTaint,
        additions: [mounted({ name: "folder", hostPath: { path, type: "DirectoryOrCreate" } }, folderInPod)],
    });
    return new k8s.apps.v1.DaemonSet(
        scope.name(part),
        {
            metadata: scope.onNodes.metadata(scope.objectName(part), part),
            spec: {
                selector: { matchLabels: scope.selector(part) },
                template: { metadata: scope.podMetadata(part), spec: pod },
            },
        },
        scope.fixedOptions(),
    );
}

function pinnedTo(nodeName: pulumi.Input<string>) {
    return { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [nodeName] }] };
}

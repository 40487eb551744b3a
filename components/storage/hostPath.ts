import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { absolutePath, boolean, dnsName, quantity } from "../arguments/rules";
import { fields, plain, required } from "../arguments/shapes";
import type { RegistryScope } from "../kubernetes/namespace";
import { anyTaint, nodeAgent } from "../kubernetes/nodeAgent";
import { mounted, registryUser } from "../kubernetes/pod";
import { shellScript } from "../kubernetes/shellScript";
import { defaultSize, type StorageContext } from "./kind";

/** A folder of a node. The registry stays on nodes that have it, so this is for clusters of one node or a pinned one. */
export interface HostPathStorage {
    /** The folder, made when it is missing and given to the registry's user. It stays after `pulumi destroy`. */
    path: pulumi.Input<string>;
    /** Name of the node that holds the folder (its label `kubernetes.io/hostname`). Left out, any node may. */
    nodeName?: pulumi.Input<string>;
    /** Size that the claim shows; nothing enforces it, and it stays as it was at first. Defaults to `10Gi`. */
    size?: pulumi.Input<string>;
    /** Let `pulumi destroy` delete the claim. The folder stays either way. Defaults to false: the claim is protected. */
    deleteWithStack?: boolean;
}

export const hostPathRules = fields<HostPathStorage>({
    path: required(absolutePath, "name the folder"),
    nodeName: dnsName,
    size: quantity,
    deleteWithStack: plain(boolean),
});

/** The arguments with every default. */
export type HostPathSettings = HostPathStorage & Required<Pick<HostPathStorage, "size">>;

export function hostPathSettings(args: HostPathStorage): HostPathSettings {
    return { size: defaultSize, ...args };
}

const folderInPod = "/folder";

/**
 * A static volume and claim for a folder of a node, so that the registry's pod needs no hostPath volume and stays restricted, and an
 * agent that gives the folder to the registry's user.
 */
export function prepareHostPath(
    scope: RegistryScope,
    args: HostPathSettings,
    isProtected: boolean,
    context: StorageContext,
) {
    const options = { parent: scope.parent, ...(isProtected && { protect: true }) };
    const volume = staticVolume(scope, args, options);
    const claim = staticClaim(scope, context.serviceName, args.size, volume.metadata.name, options);
    const owner = folderOwner(scope, args, context);
    return { claimName: claim.metadata.name, ready: [claim, owner] };
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
            metadata: scope.podMetadata("storage"),
            spec: {
                accessModes: ["ReadWriteOnce"],
                capacity: { storage: size },
                // No class: nothing but the claim below can take the volume, and no provisioner sees either.
                storageClassName: "",
                persistentVolumeReclaimPolicy: "Retain",
                hostPath: { path, type: "DirectoryOrCreate" },
                ...pinned,
            },
        },
        { ...options, ignoreChanges: ["spec.capacity"] },
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
            metadata: { name, ...scope.metadata("storage", { "pulumi.com/skipAwait": "true" }) },
            spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: "",
                volumeName,
                resources: { requests: { storage: size } },
            },
        },
        // No cluster resizes a volume that it did not create, and nothing enforces this size.
        { ...options, ignoreChanges: ["spec.resources"] },
    );
}

function folderOwner(
    scope: RegistryScope,
    { path, nodeName }: HostPathSettings,
    context: StorageContext,
): k8s.apps.v1.DaemonSet {
    const part = "folder-owner";
    const pod = nodeAgent(scope, context, {
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
            metadata: scope.onNodes.metadata(part),
            spec: {
                selector: { matchLabels: scope.selector(part) },
                template: { metadata: scope.podMetadata(part), spec: pod },
            },
        },
        { parent: scope.parent },
    );
}

function pinnedTo(nodeName: pulumi.Input<string>) {
    return { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [nodeName] }] };
}

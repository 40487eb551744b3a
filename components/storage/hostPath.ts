import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { mirrored, toolsImage } from "../kubernetes/images";
import { nodeAgent } from "../kubernetes/nodeAgent";
import { registryUser } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import type { StorageContext } from "./kind";

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

const folderInPod = "/folder";

/**
 * A static volume and claim for a folder of a node, so that the registry's pod needs no hostPath volume of its own and stays
 * restricted, and an agent that gives the folder to the registry's user.
 */
export function prepareHostPath(scope: Scope, args: HostPathStorage, context: StorageContext) {
    const onNode = args.nodeName === undefined ? undefined : { "kubernetes.io/hostname": args.nodeName };
    const keep = args.deleteWithStack ? {} : { protect: true };
    const capacity = { storage: args.size ?? "10Gi" };
    const volume = new k8s.core.v1.PersistentVolume(
        scope.name("volume"),
        {
            metadata: scope.podMetadata("storage"),
            spec: {
                accessModes: ["ReadWriteOnce"],
                capacity,
                // No class: nothing but the claim below can take the volume, and no provisioner sees either.
                storageClassName: "",
                persistentVolumeReclaimPolicy: "Retain",
                hostPath: { path: args.path, type: "DirectoryOrCreate" },
                ...(args.nodeName !== undefined && {
                    nodeAffinity: { required: { nodeSelectorTerms: [pinnedTo(args.nodeName)] } },
                }),
            },
        },
        { parent: scope.parent, ...keep, ignoreChanges: ["spec.capacity"] },
    );
    const claim = new k8s.core.v1.PersistentVolumeClaim(
        scope.name("claim"),
        {
            metadata: {
                name: context.serviceName,
                ...scope.metadata("storage", { "pulumi.com/skipAwait": "true" }),
            },
            spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: "",
                volumeName: volume.metadata.name,
                resources: { requests: capacity },
            },
        },
        // No cluster resizes a volume that it did not make, and this size says nothing anyway.
        { parent: scope.parent, ...keep, ignoreChanges: ["spec.resources"] },
    );
    const owner = new k8s.apps.v1.DaemonSet(
        scope.name("folder-owner"),
        {
            metadata: { ...scope.metadata("folder-owner"), namespace: context.nodeNamespace },
            spec: {
                selector: { matchLabels: scope.selector("folder-owner") },
                template: {
                    metadata: scope.podMetadata("folder-owner"),
                    spec: nodeAgent({
                        image: mirrored(toolsImage, context.imageMirror),
                        imagePullSecrets: context.imagePullSecrets,
                        command: ["/bin/sh", "-c", shellScript(__dirname, "hostPath.sh")],
                        env: { FOLDER: folderInPod, OWNER: `${registryUser}:${registryUser}` },
                        capabilities: ["CHOWN", "FOWNER"],
                        nodeSelector: onNode,
                        mounts: [{ name: "folder", mountPath: folderInPod }],
                        volumes: [{ name: "folder", hostPath: { path: args.path, type: "DirectoryOrCreate" } }],
                    }),
                },
            },
        },
        { parent: scope.parent },
    );
    return { claimName: claim.metadata.name, ready: [claim, owner] };
}

function pinnedTo(nodeName: pulumi.Input<string>) {
    return { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [nodeName] }] };
}

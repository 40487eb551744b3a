import type {
    KubernetesObject,
    V1ClusterRole,
    V1ClusterRoleBinding,
    V1ConfigMap,
    V1Deployment,
    V1Namespace,
    V1Pod,
    V1Role,
    V1RoleBinding,
    V1ServiceAccount,
    V1StorageClass,
} from "@kubernetes/client-node";

const name = "local-path-provisioner";
const namespace = "local-path-storage";
const labels = { app: name };
const rbac = "rbac.authorization.k8s.io";
const everything = ["get", "list", "watch", "create", "patch", "update", "delete"];
const subjects = [{ kind: "ServiceAccount", name, namespace }];

/** Namespace and labels of its pods. */
export const localPathPods = { namespace, labels };

/** Creates volumes from directories of the node, as https://github.com/rancher/local-path-provisioner deploys it, with the default storage class. */
export function localPath(image: string, helperImage: string): KubernetesObject[] {
    const space: V1Namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    return [space, ...access(), configuration(helperImage), deployment(image), storageClass()];
}

function access(): KubernetesObject[] {
    const account: V1ServiceAccount = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } };
    const role: V1Role = {
        apiVersion: `${rbac}/v1`,
        kind: "Role",
        metadata: { name, namespace },
        rules: [{ apiGroups: [""], resources: ["pods"], verbs: everything }],
    };
    const clusterRole: V1ClusterRole = {
        apiVersion: `${rbac}/v1`,
        kind: "ClusterRole",
        metadata: { name },
        rules: [
            {
                apiGroups: [""],
                resources: ["nodes", "persistentvolumeclaims", "configmaps", "pods", "pods/log"],
                verbs: ["get", "list", "watch"],
            },
            { apiGroups: [""], resources: ["persistentvolumes"], verbs: everything },
            { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
            { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get", "list", "watch"] },
        ],
    };
    const binding: V1RoleBinding = {
        apiVersion: `${rbac}/v1`,
        kind: "RoleBinding",
        metadata: { name, namespace },
        roleRef: { apiGroup: rbac, kind: "Role", name },
        subjects,
    };
    const clusterBinding: V1ClusterRoleBinding = {
        apiVersion: `${rbac}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name },
        roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
        subjects,
    };
    return [account, role, clusterRole, binding, clusterBinding];
}

/** The volumes' directory on the node, and the pod that creates and deletes volumes in it. */
function configuration(helperImage: string): V1ConfigMap {
    const config = {
        nodePathMap: [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: ["/opt/local-path-provisioner"] }],
    };
    const helperPod: V1Pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "helper-pod" },
        spec: { containers: [{ name: "helper-pod", image: helperImage, imagePullPolicy: "IfNotPresent" }] },
    };
    return {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "local-path-config", namespace },
        data: {
            "config.json": JSON.stringify(config),
            setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
            teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
            "helperPod.yaml": JSON.stringify(helperPod),
        },
    };
}

function deployment(image: string): V1Deployment {
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace },
        spec: {
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: {
                    serviceAccountName: name,
                    containers: [
                        {
                            name,
                            image,
                            command: ["local-path-provisioner", "start", "--config", "/etc/config/config.json"],
                            env: [
                                { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
                                {
                                    name: "SERVICE_ACCOUNT_NAME",
                                    valueFrom: { fieldRef: { fieldPath: "spec.serviceAccountName" } },
                                },
                                { name: "CONFIG_MOUNT_PATH", value: "/etc/config/" },
                            ],
                            volumeMounts: [{ name: "config", mountPath: "/etc/config/", readOnly: true }],
                        },
                    ],
                    volumes: [{ name: "config", configMap: { name: "local-path-config" } }],
                },
            },
        },
    };
}

/**
 * Claims can be expanded, as on most clusters: the API server accepts the new size, but sizes are not enforced here, so the
 * volume stays the same directory, and the claim's status keeps its initial capacity.
 */
function storageClass(): V1StorageClass {
    return {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name: "local-path", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
        provisioner: "rancher.io/local-path",
        volumeBindingMode: "WaitForFirstConsumer",
        reclaimPolicy: "Delete",
        allowVolumeExpansion: true,
    };
}

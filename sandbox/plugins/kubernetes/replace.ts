import type { Properties } from "../values";
import { groupOf, type Kind } from "./kinds";

/** What the provider lets change in place although it usually does not; both are off by default. */
export interface Mutability {
    secrets: boolean;
    configMaps: boolean;
}

/** Everything has its name and namespace for life. */
const identity = ["metadata.name", "metadata.namespace"];

/** Volume sources: where a persistent volume keeps its data. */
const volumeSources = ["csi", "fc", "hostPath", "iscsi", "local", "nfs"].map((source) => `spec.${source}`);

/** What of a pod cannot be changed while it lives; the rest (deadline, tolerations) can. */
const podSpec = [
    ...["affinity", "automountServiceAccountToken", "containers", "dnsConfig", "dnsPolicy", "enableServiceLinks"],
    ...[
        "hostAliases",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostUsers",
        "hostname",
        "imagePullSecrets",
        "initContainers",
    ],
    ...["nodeName", "nodeSelector", "overhead", "preemptionPolicy", "priority", "priorityClassName", "readinessGates"],
    ...[
        "restartPolicy",
        "runtimeClassName",
        "schedulerName",
        "securityContext",
        "serviceAccount",
        "serviceAccountName",
    ],
    ...["shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "volumes"],
].map((field) => `spec.${field}`);

const roleRef = ["roleRef"];

/** By group and kind: the fields whose change makes a new object. As in the official provider, and a little stricter. */
const fields: Record<string, string[]> = {
    "/PersistentVolume": [...volumeSources, "spec.nodeAffinity", "spec.volumeMode"],
    "/PersistentVolumeClaim": [
        "spec.accessModes",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeMode",
        "spec.volumeName",
    ],
    "/Pod": podSpec,
    "/ResourceQuota": ["spec.scopes"],
    "/Service": ["spec.clusterIP"],
    "apps/DaemonSet": ["spec.selector"],
    "apps/Deployment": ["spec.selector"],
    "apps/StatefulSet": [
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ],
    "batch/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
    "rbac.authorization.k8s.io/ClusterRoleBinding": roleRef,
    "rbac.authorization.k8s.io/RoleBinding": roleRef,
    "storage.k8s.io/StorageClass": ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
};

/** Content that is replaced, so that whoever refers to it by name sees a new name, unless it is declared mutable. */
const content: Record<string, string[]> = {
    "/Secret": ["data", "stringData", "type", "immutable"],
    "/ConfigMap": ["data", "binaryData", "immutable"],
};

/** The fields of an object whose change cannot be made in place. */
export function replacingFields(kind: Kind & { isPatch: boolean }, olds: Properties, mutability: Mutability): string[] {
    if (kind.isPatch) return identity;
    const key = `${groupOf(kind.apiVersion)}/${kind.kind}`;
    const mutable = key === "/Secret" ? mutability.secrets : mutability.configMaps;
    if (!(key in content)) return [...identity, ...(fields[key] ?? [])];
    if (!mutable || olds.immutable === true) return [...identity, ...content[key]];
    return key === "/Secret" ? [...identity, "type"] : identity;
}

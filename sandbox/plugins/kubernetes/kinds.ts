import { type Properties, textAt } from "../values";

/** Which kind of object a resource stands for. */
export interface Kind {
    apiVersion: string;
    kind: string;
}

/** Where the API serves a kind. */
export interface Endpoint {
    /** The lower-case plural in the path, e.g. `networkpolicies`. */
    plural: string;
    namespaced: boolean;
}

/** The groups that every cluster serves in the same way, so that nobody needs to be asked. */
const builtInGroups = new Set([
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
]);

const clusterScoped = new Set([
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "FlowSchema",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "ServiceCIDR",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
]);

export function groupOf(apiVersion: string): string {
    return apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
}

function pluralOf(kind: string): string {
    const word = kind.toLowerCase();
    if (word === "endpoints") return word;
    if (word.endsWith("s")) return `${word}es`;
    return word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** The endpoint of a kind that comes with Kubernetes; undefined for those that only the cluster knows. */
export function builtInEndpoint({ apiVersion, kind }: Kind): Endpoint | undefined {
    if (!builtInGroups.has(groupOf(apiVersion))) return undefined;
    return { plural: pluralOf(kind), namespaced: !clusterScoped.has(kind) };
}

/** Reads `kubernetes:apps/v1:Deployment`; the inputs of custom resources name their kind themselves. */
export function kindOf(token: string, inputs: Properties): Kind & { isPatch: boolean } {
    const [, group, last] = token.split(":");
    const given = textAt(inputs, "kind");
    const isPatch = last.endsWith("Patch") && last !== given;
    return {
        apiVersion: textAt(inputs, "apiVersion") ?? group.replace(/^core\//, ""),
        kind: given ?? (isPatch ? last.slice(0, -"Patch".length) : last),
        isPatch,
    };
}

/** The path of one object, or of a kind's list when no name is given. */
export function pathOf(
    { apiVersion }: Kind,
    { plural, namespaced }: Endpoint,
    namespace?: string,
    name?: string,
): string {
    const base = groupOf(apiVersion) === "" ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
    const parts = [namespaced && namespace && `namespaces/${encodeURIComponent(namespace)}`, plural];
    if (name !== undefined) parts.push(encodeURIComponent(name));
    return [base, ...parts.filter(Boolean)].join("/");
}

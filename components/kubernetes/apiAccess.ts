import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** What one pod may ask of the API server. */
export interface ApiPermission {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly resourceNames: pulumi.Input<string>[];
    readonly verbs: string[];
}

export interface ApiAccount {
    readonly name: pulumi.Output<string>;
    /** What a pod that asks at once must wait for. */
    readonly permission: pulumi.Resource;
}

/** A service account with one permission in its own namespace. Children of this are `<name>-account`, `-role`, `-role-binding`. */
export function apiAccount(
    name: string,
    metadata: k8s.types.input.meta.v1.ObjectMeta,
    rule: ApiPermission,
    parent: pulumi.Resource,
): ApiAccount {
    const account = new k8s.core.v1.ServiceAccount(
        `${name}-account`,
        { metadata, automountServiceAccountToken: false },
        { parent },
    );
    const role = new k8s.rbac.v1.Role(`${name}-role`, { metadata, rules: [rule] }, { parent });
    const permission = new k8s.rbac.v1.RoleBinding(
        `${name}-role-binding`,
        {
            metadata,
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
            subjects: [
                {
                    kind: "ServiceAccount",
                    name: account.metadata.name,
                    namespace: metadata.namespace as pulumi.Input<string>,
                },
            ],
        },
        { parent },
    );
    return { name: account.metadata.name, permission };
}

/** A token of the pod's service account, and the authority of the API server's certificate, as `token` and `ca.crt`. */
export const apiCredentials: k8s.types.input.core.v1.ProjectedVolumeSource = {
    sources: [
        { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    ],
};

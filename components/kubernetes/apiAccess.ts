import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { mountedReadOnly, type PodAddition } from "./pod";
import type { Scope } from "./scope";

/** One rule of a Role. */
export interface ApiPermission {
    readonly apiGroups: string[];
    readonly resources: string[];
    /** Unset for all objects of the namespace. */
    readonly resourceNames?: pulumi.Input<string>[];
    readonly verbs: string[];
}

export interface ApiAccount {
    readonly name: pulumi.Output<string>;
    /** Depend on this if the pod calls the API server at startup. */
    readonly permission: pulumi.Resource;
}

/** Creates a service account for a part's pods, with a Role in the scope's namespace. */
export function apiAccount(
    scope: Scope,
    part: string,
    rules: ApiPermission[],
    annotations?: Record<string, pulumi.Input<string>>,
): ApiAccount {
    const metadata = (object: string, own?: typeof annotations) =>
        scope.metadata(scope.objectName(`${part}-${object}`), part, own);
    const account = new k8s.core.v1.ServiceAccount(
        scope.name(`${part}-account`),
        { metadata: metadata("account", annotations), automountServiceAccountToken: false },
        scope.fixedOptions(),
    );
    const role = new k8s.rbac.v1.Role(
        scope.name(`${part}-role`),
        { metadata: metadata("role"), rules },
        scope.fixedOptions(),
    );
    const permission = new k8s.rbac.v1.RoleBinding(
        scope.name(`${part}-role-binding`),
        {
            metadata: metadata("role-binding"),
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
            subjects: [
                {
                    kind: "ServiceAccount",
                    name: account.metadata.name,
                    namespace: scope.namespace,
                },
            ],
        },
        scope.fixedOptions(),
    );
    return { name: account.metadata.name, permission };
}

/** Mounts a token of the pod's service account and the API server's CA certificate, as `token` and `ca.crt`. */
export function mountedCredentials(name: string, mountPath: string): PodAddition {
    const sources = [
        { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    ];
    return mountedReadOnly({ name, projected: { sources } }, mountPath);
}

import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Scope } from "./scope";

/** Pod Security Standards levels that the component uses. */
export type PodSecurity = "restricted" | "privileged";

/** Creates a namespace in which the API server enforces a Pod Security Standard. */
export function createNamespace(
    scope: Scope,
    part: string,
    name: pulumi.Input<string>,
    level: PodSecurity,
    options?: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const { labels, annotations } = scope.podMetadata(part);
    const enforced = { "pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/warn": level };
    const created = new k8s.core.v1.Namespace(
        scope.name(part),
        { metadata: { name, labels: { ...labels, ...enforced }, annotations } },
        { parent: scope.parent, ...options },
    );
    return created.metadata.name;
}

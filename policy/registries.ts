import { kindOf, known, type Resource, type Tree, text } from "./resource";
import { podTemplate, type Recognition, registryPod } from "./workload";

/** A registry's workload in a stack. */
export interface Registry {
    readonly resource: Resource;
    readonly pod: Tree;
    readonly labels: Tree;
    /** Undefined if it is not known yet. */
    readonly namespace: string | undefined;
}

export function registries(resources: readonly Resource[], further: Recognition): Registry[] {
    return resources.flatMap((resource) => {
        const pod = registryPod(resource, further);
        if (pod === undefined) return [];
        const labels = known(() => podTemplate(resource)?.metadata?.labels);
        return [{ resource, pod, labels, namespace: namespaceOf(resource) }];
    });
}

/** Kubernetes' default is `default`. */
export function namespaceOf({ props }: Resource): string | undefined {
    return known(() => props.metadata?.namespace ?? "default");
}

/** The object of a kind and name in a namespace, if it is in the stack. */
export function find(
    resources: readonly Resource[],
    kind: string,
    name: string | undefined,
    namespace: string | undefined,
): Resource | undefined {
    return resources.find(
        (resource) =>
            kindOf(resource) === kind &&
            name !== undefined &&
            text(() => resource.props.metadata?.name) === name &&
            (kind === "Namespace" || namespaceOf(resource) === namespace),
    );
}

import { isExcluded, isOfRegistry, type Recognition, registryPod } from "./recognition";
import { entries, items, kindOf, known, type Resource, type Tree, text } from "./resource";
import { containers, podSpec, podTemplate } from "./workload";

/** A registry's workload in a stack. */
export interface Registry {
    readonly resource: Resource;
    readonly pod: Tree;
    readonly labels: Tree;
    /** Undefined if it is not known yet. */
    readonly namespace: string | undefined;
}

export function registries(resources: readonly Resource[], how: Recognition): Registry[] {
    return resources.flatMap((resource) => {
        const pod = registryPod(resource, how);
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

/** The workloads in the stack that a Service selects. */
export function selectedBy(service: Resource, resources: readonly Resource[]): Resource[] {
    const selector = entries(() => service.props.spec?.selector);
    if (selector.length === 0) return [];
    return resources.filter(
        (resource) =>
            podSpec(resource) !== undefined &&
            namespaceOf(resource) === namespaceOf(service) &&
            selector.every(([key, value]) => known(() => podTemplate(resource)?.metadata?.labels?.[key]) === value),
    );
}

/** The workloads in the stack that mount a Secret, or take variables from it. */
export function usersOf(secret: Resource, resources: readonly Resource[]): Resource[] {
    const name = text(() => secret.props.metadata?.name);
    if (name === undefined) return [];
    return resources.filter(
        (resource) => namespaceOf(resource) === namespaceOf(secret) && secretNames(podSpec(resource)).includes(name),
    );
}

function secretNames(pod: Tree): (string | undefined)[] {
    const all = containers(pod);
    const sources = items(() => pod?.volumes).flatMap((volume) => items(() => volume.projected?.sources));
    return [
        ...items(() => pod?.volumes).map((one) => text(() => one.secret?.secretName)),
        ...sources.map((one) => text(() => one.secret?.name)),
        ...all.flatMap((one) => items(() => one.envFrom)).map((one) => text(() => one.secretRef?.name)),
        ...all.flatMap((one) => items(() => one.env)).map((one) => text(() => one.valueFrom?.secretKeyRef?.name)),
    ];
}

/** The workloads in the stack that mount a claim. */
function mounting(claim: Resource, resources: readonly Resource[]): Resource[] {
    const name = text(() => claim.props.metadata?.name);
    if (name === undefined) return [];
    return resources.filter(
        (resource) =>
            namespaceOf(resource) === namespaceOf(claim) &&
            items(() => podSpec(resource)?.volumes).some(
                (volume) => text(() => volume.persistentVolumeClaim?.claimName) === name,
            ),
    );
}

/**
 * Whether an object belongs to a registry: by the workloads in the stack that it leads to or that use it, and otherwise by its
 * labels and its name.
 */
export function belongsToRegistry(resource: Resource, resources: readonly Resource[], how: Recognition): boolean {
    if (isExcluded(resource, how)) return false;
    const workloads = workloadsOf(resource, resources);
    if (workloads.length === 0) return isOfRegistry(resource, how);
    return workloads.some((workload) => isPartOfInstallation(workload, resources, how));
}

function workloadsOf(resource: Resource, resources: readonly Resource[]): Resource[] {
    switch (kindOf(resource)) {
        case "Service":
            return selectedBy(resource, resources);
        case "PersistentVolumeClaim":
            return mounting(resource, resources);
        case "Secret":
            return usersOf(resource, resources);
        default:
            return [];
    }
}

/** A registry itself, or a workload with a registry's name in the same namespace as one, such as its web UI. */
function isPartOfInstallation(workload: Resource, resources: readonly Resource[], how: Recognition): boolean {
    if (registryPod(workload, how) !== undefined) return true;
    const namespace = namespaceOf(workload);
    return (
        isOfRegistry(workload, how) && registries(resources, how).some((registry) => registry.namespace === namespace)
    );
}

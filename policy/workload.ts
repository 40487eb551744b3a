import { items, kindOf, known, type Resource, type Tree, text } from "./resource";

/** The last parts of a repository's path that name the distribution registry's image. */
const registryRepositories = ["registry", "distribution"];

/** Common names of registries in labels and object names. `schema-registry` and the like are unrelated. */
const registryNames = [
    "registry",
    "docker-registry",
    "private-registry",
    "container-registry",
    "image-registry",
    "distribution",
];

/** The component label of the registry itself. Other parts of an installation have different values. */
const registryComponents = ["registry", "server"];

/** How a rule recognizes registries with other names. */
export interface Recognition {
    /** Additional label values and name prefixes that identify a registry. */
    readonly registryNames: string[];
}

export const recognition = {
    registryNames: {
        type: "array",
        description: "additional names that identify a registry, in labels or at the start of an object's name",
        default: [] as string[],
    },
} as const;

export interface Image {
    readonly repository: string;
    readonly tag?: string;
    readonly digest?: string;
}

/** Splits `[host[:port]/]path[:tag][@digest]`. */
export function parseImage(reference: string): Image {
    const [named, digest] = reference.split("@");
    const [, repository, tag] = /^(.*?)(?::([^/:]+))?$/s.exec(named) ?? [];
    return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

export function isRegistryImage(reference: string): boolean {
    return registryRepositories.includes(parseImage(reference).repository.split("/").pop() ?? "");
}

/** The pod spec of a workload; undefined for other kinds. */
export function podSpec(resource: Resource): Tree {
    return known(() => podTemplate(resource)?.spec);
}

export function podTemplate(resource: Resource): Tree {
    const { props } = resource;
    switch (kindOf(resource)) {
        case "Pod":
            return props;
        case "CronJob":
            return known(() => props.spec?.jobTemplate?.spec?.template);
        case "Deployment":
        case "StatefulSet":
        case "DaemonSet":
        case "ReplicaSet":
        case "ReplicationController":
        case "Job":
            return known(() => props.spec?.template);
        default:
            return undefined;
    }
}

/** All containers of a pod, including init containers. */
export function containers(pod: Tree): Tree[] {
    return [...items(() => pod?.initContainers), ...items(() => pod?.containers)];
}

/** The containers that run the registry. */
export function registryContainers(pod: Tree): Tree[] {
    return items(() => pod?.containers).filter((container) => isRegistryImage(text(() => container.image) ?? ""));
}

/** The pod of a workload that runs a registry, recognized by its image or its labels. */
export function registryPod(resource: Resource, further: Recognition): Tree {
    const template = podTemplate(resource);
    const pod = known(() => template?.spec);
    if (pod === undefined) return undefined;
    const named = [resource.props, template].some((object) => isRegistryLabelled(object, further));
    return named || registryContainers(pod).length > 0 ? pod : undefined;
}

/** Whether the labels identify an object as the registry itself. */
function isRegistryLabelled(object: Tree, further: Recognition): boolean {
    const labels = known(() => object?.metadata?.labels);
    const component = text(() => labels?.["app.kubernetes.io/component"]);
    if (component !== undefined && !registryComponents.includes(component)) return false;
    return ["app.kubernetes.io/name", "app", "k8s-app", "name"].some((key) =>
        isName(
            text(() => labels?.[key]),
            further,
        ),
    );
}

/** Whether an object other than a workload belongs to a registry, by its labels (of any component), name or selector. */
export function isOfRegistry(resource: Resource, further: Recognition): boolean {
    const { props } = resource;
    const labels = known(() => props.metadata?.labels);
    const selector = known(() => props.spec?.selector);
    return (
        [labels, selector].some((some) =>
            ["app.kubernetes.io/name", "app"].some((key) =>
                isName(
                    text(() => some?.[key]),
                    further,
                ),
            ),
        ) ||
        isRegistryName(
            text(() => props.metadata?.name),
            further,
        )
    );
}

function isName(value: string | undefined, further: Recognition): boolean {
    return value !== undefined && [...registryNames, ...further.registryNames].includes(value);
}

/** `registry`, `registry-data`, `team-docker-registry`; but not `schema-registry`. */
export function isRegistryName(name: string | undefined, further: Recognition): boolean {
    if (name === undefined) return false;
    return [...registryNames, ...further.registryNames].some(
        (known) =>
            name === known ||
            name.startsWith(`${known}-`) ||
            (known.includes("-") && (name.endsWith(`-${known}`) || name.includes(`-${known}-`))),
    );
}

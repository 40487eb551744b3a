import { programOf } from "./images";
import { isListed } from "./patterns";
import { isUnknown, items, known, type Resource, type Tree, text } from "./resource";
import { containers, podTemplate } from "./workload";

/** Common names of container registries in labels and object names. `schema-registry` and the like are unrelated. */
const registryNames = ["docker-registry", "private-registry", "container-registry", "image-registry"];

/** Names that other programs have too, e.g. a service registry. A workload needs a registry's image or settings as well. */
const ambiguousNames = ["registry", "distribution"];

/** The component label of the registry itself. Other parts of an installation have different values. */
const registryComponents = ["registry", "server"];

/** How a rule recognizes registries, beyond its own knowledge. */
export interface Recognition {
    /** Additional label values and name prefixes that identify a registry. */
    readonly registryNames: string[];
    /** Names and label values of objects that are not registries. */
    readonly notRegistries: string[];
}

export const recognition = {
    registryNames: {
        type: "array",
        description: "additional names that identify a registry, in labels or at the start of an object's name",
        default: [] as string[],
    },
    notRegistries: {
        type: "array",
        description:
            "names of objects that are not registries, in labels or as an object's name, with `*` for any characters",
        default: [] as string[],
    },
} as const;

/** The containers that run a registry, by their images. */
export function registryContainers(pod: Tree): Tree[] {
    return items(() => pod?.containers).filter(
        (container) => programOf(text(() => container.image) ?? "") !== undefined,
    );
}

/** The pod of a workload that runs a registry, recognized by its image or its labels. */
export function registryPod(resource: Resource, how: Recognition): Tree {
    const template = podTemplate(resource);
    const pod = known(() => template?.spec);
    if (pod === undefined || pod === null || isExcluded(resource, how)) return undefined;
    if (registryContainers(pod).length > 0) return pod;
    const names = [resource.props, template].flatMap((object) => registryLabels(object));
    const isNamed = names.some((name) => [...registryNames, ...how.registryNames].includes(name));
    const mayBe = names.some((name) => ambiguousNames.includes(name));
    return isNamed || (mayBe && hasRegistrySettings(pod)) ? pod : undefined;
}

/** The names in an object's labels, if its component label is that of a registry. */
function registryLabels(object: Tree): string[] {
    const labels = known(() => object?.metadata?.labels);
    const component = text(() => labels?.["app.kubernetes.io/component"]);
    if (component !== undefined && !registryComponents.includes(component)) return [];
    if (isUnknown(() => labels?.["app.kubernetes.io/component"])) return [];
    return values(labels, ["app.kubernetes.io/name", "app", "k8s-app", "name"]);
}

/** Whether a pod has the variables, folders or the port of a container registry. */
function hasRegistrySettings(pod: Tree): boolean {
    const variable = /^REGISTRY_(AUTH|HEALTH|HTTP|LOG|MIDDLEWARE|NOTIFICATIONS|PROXY|REDIS|STORAGE)(_|$)/;
    const folder = /^\/(var\/lib\/registry|etc\/docker\/registry|etc\/distribution|etc\/zot)(\/|$)/;
    return containers(pod).some(
        (container) =>
            items(() => container.env).some((one) => variable.test(text(() => one.name) ?? "")) ||
            items(() => container.volumeMounts).some((one) => folder.test(text(() => one.mountPath) ?? "")) ||
            items(() => container.ports).some((one) => known(() => one.containerPort) === 5000),
    );
}

/** Whether an object's name or labels are those of a registry, or of another part of its installation. */
export function isOfRegistry(resource: Resource, how: Recognition): boolean {
    if (isExcluded(resource, how)) return false;
    const { props } = resource;
    const labels = [
        known(() => props.metadata?.labels),
        known(() => props.spec?.selector),
        known(() => podTemplate(resource)?.metadata?.labels),
    ];
    const names = labels.flatMap((some) => values(some, ["app.kubernetes.io/name", "app"]));
    return (
        names.some((name) => [...registryNames, ...ambiguousNames, ...how.registryNames].includes(name)) ||
        isRegistryName(
            text(() => props.metadata?.name),
            how,
        )
    );
}

/** `registry`, `registry-data`, `team-docker-registry`; but not `schema-registry`. */
export function isRegistryName(name: string | undefined, how: Recognition): boolean {
    if (name === undefined || isListed(name, how.notRegistries)) return false;
    return [...registryNames, ...ambiguousNames, ...how.registryNames].some(
        (known) =>
            name === known ||
            name.startsWith(`${known}-`) ||
            (known.includes("-") && (name.endsWith(`-${known}`) || name.includes(`-${known}-`))),
    );
}

/** Whether the setting `notRegistries` lists the object's name, or a name in its labels. */
export function isExcluded(resource: Resource, { notRegistries }: Recognition): boolean {
    const { props } = resource;
    const names = [props, podTemplate(resource)].flatMap((object) => [
        text(() => object?.metadata?.name) ?? "",
        ...values(
            known(() => object?.metadata?.labels),
            ["app.kubernetes.io/name", "app", "k8s-app", "name"],
        ),
    ]);
    return [resource.name, ...names].some((name) => isListed(name, notRegistries));
}

function values(object: Tree, keys: readonly string[]): string[] {
    return keys.map((key) => text(() => object?.[key])).filter((value) => value !== undefined);
}

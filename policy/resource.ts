/** A value of a manifest. */
// biome-ignore lint/suspicious/noExplicitAny: rules look into manifests of every kind, which nothing has checked yet
export type Tree = any;

/** What a rule sees of a resource: its inputs in a rule for resources, its outputs in a rule for stacks. */
export interface Resource {
    /** Type token of Pulumi, e.g. `kubernetes:apps/v1:Deployment`. */
    readonly type: string;
    readonly name: string;
    readonly urn: string;
    readonly props: Tree;
    /** Whether Pulumi refuses to delete it. */
    readonly isProtected: boolean;
}

/** Kubernetes kind, e.g. `Deployment`; nothing for resources of other providers, and for patches, which are not whole. */
export function kindOf(resource: Resource): string | undefined {
    const [provider, , kind] = resource.type.split(":");
    return provider === "kubernetes" && !kind?.endsWith("Patch") ? kind : undefined;
}

/** The objects of a list such as `DeploymentList`, each as if it stood alone; other resources are themselves. */
export function single(resource: Resource): Resource[] {
    const kind = kindOf(resource);
    if (!kind?.endsWith("List")) return [resource];
    const type = resource.type.slice(0, -"List".length);
    return items(() => resource.props.items).map((props) => ({ ...resource, type, props }));
}

/** Unknown until the resources that it comes from exist. The class is not asked, for a pack may load a second copy of it. */
function isNotKnown(error: unknown): boolean {
    return (error as Error | undefined)?.constructor?.name === "UnknownValueError";
}

/** What is read, or nothing when it is missing or a preview cannot know it yet. */
export function known<T>(read: () => T): T | undefined {
    try {
        return read();
    } catch (error) {
        if (isNotKnown(error)) return undefined;
        throw error;
    }
}

/**
 * The message, unless the condition holds. A condition that needs a value which a preview cannot know yet says nothing: `up`
 * asks again with the value, before it makes the resource.
 */
export function unless(condition: () => boolean, message: string): string[] {
    return (known(condition) ?? true) ? [] : [message];
}

/** The members of a list that are known and not null; none when it is no list. */
export function items(read: () => unknown): Tree[] {
    const list = known(read);
    if (!Array.isArray(list)) return [];
    return Array.from({ length: list.length }, (_, i) => known(() => list[i])).filter(
        (item) => item !== undefined && item !== null,
    );
}

/** The entries of an object that are known and not null; none when it is no object. */
export function entries(read: () => unknown): [key: string, value: Tree][] {
    const object = known(read) as Tree;
    if (typeof object !== "object" || object === null) return [];
    return Object.keys(object).flatMap((key): [string, Tree][] => {
        const value = known(() => object[key]);
        return value === undefined || value === null ? [] : [[key, value]];
    });
}

/** Whether a value as a whole is not known yet; one that is missing is known to be. */
export function isUnknown(read: () => unknown): boolean {
    return known(() => [read()]) === undefined;
}

/** Whether an object, or one of its values, is not known yet. */
export function isPartlyUnknown(read: () => unknown): boolean {
    const isKnown = known(() => {
        const object = read() as Tree;
        for (const key of Object.keys(object ?? {})) object[key];
        return true;
    });
    return isKnown === undefined;
}

/** The text, or nothing when it is something else or not known yet. */
export function text(read: () => unknown): string | undefined {
    const value = known(read);
    return typeof value === "string" ? value : undefined;
}

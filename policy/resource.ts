/** A value of a manifest. */
// biome-ignore lint/suspicious/noExplicitAny: rules read manifests of every kind, before any validation
export type Tree = any;

/** A resource as a rule sees it: with its inputs in a resource rule, with its outputs in a stack rule. */
export interface Resource {
    /** Pulumi's type token, e.g. `kubernetes:apps/v1:Deployment`. */
    readonly type: string;
    readonly name: string;
    readonly urn: string;
    readonly props: Tree;
    /** Whether Pulumi refuses to delete it. */
    readonly isProtected: boolean;
}

/** Kubernetes kind, e.g. `Deployment`; undefined for other providers, and for patches, which are incomplete. */
export function kindOf(resource: Resource): string | undefined {
    const [provider, , kind] = resource.type.split(":");
    return provider === "kubernetes" && !kind?.endsWith("Patch") ? kind : undefined;
}

/** The namespace in an object's manifest. */
export function namespaceOf({ props }: Resource): string {
    return text(() => props.metadata?.namespace) ?? "default";
}

/** The objects in a list such as `DeploymentList`, each as a separate resource; any other resource unchanged. */
export function single(resource: Resource): Resource[] {
    const kind = kindOf(resource);
    if (!kind?.endsWith("List")) return [resource];
    const type = resource.type.slice(0, -"List".length);
    return items(() => resource.props.items).map((props) => ({ ...resource, type, props }));
}

/** Whether the value is unknown until other resources exist. Compares names, because a pack may load a second copy of the class. */
function isNotKnown(error: unknown): boolean {
    return (error as Error | undefined)?.constructor?.name === "UnknownValueError";
}

/** The value; undefined if it is missing, or still unknown in a preview. */
export function known<T>(read: () => T): T | undefined {
    try {
        return read();
    } catch (error) {
        if (isNotKnown(error)) return undefined;
        throw error;
    }
}

/**
 * The message, unless the condition holds. A condition on a value that is unknown in a preview reports nothing: `up` checks it
 * again with the value, before it creates the resource.
 */
export function unless(condition: () => boolean, message: string): string[] {
    return (known(condition) ?? true) ? [] : [message];
}

/** The known items of a list that are not null; empty if the value is not a list. */
export function items(read: () => unknown): Tree[] {
    const list = known(read);
    if (!Array.isArray(list)) return [];
    return Array.from({ length: list.length }, (_, i) => known(() => list[i])).filter(
        (item) => item !== undefined && item !== null,
    );
}

/** The known entries of an object that are not null; empty if the value is not an object. */
export function entries(read: () => unknown): [key: string, value: Tree][] {
    const object = known(read) as Tree;
    if (typeof object !== "object" || object === null) return [];
    return Object.keys(object).flatMap((key): [string, Tree][] => {
        const value = known(() => object[key]);
        return value === undefined || value === null ? [] : [[key, value]];
    });
}

/** Whether a value as a whole is unknown. A missing value is known. */
export function isUnknown(read: () => unknown): boolean {
    return known(() => [read()]) === undefined;
}

/** Whether an object, or one of its values, is unknown. */
export function isPartlyUnknown(read: () => unknown): boolean {
    const isKnown = known(() => {
        const object = read() as Tree;
        for (const key of Object.keys(object ?? {})) object[key];
        return true;
    });
    return isKnown === undefined;
}

/** The string; undefined if the value is something else, or unknown. */
export function text(read: () => unknown): string | undefined {
    const value = known(read);
    return typeof value === "string" ? value : undefined;
}

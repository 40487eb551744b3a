import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { type Problem, reasonAgainst, unlessProblems } from "../arguments/check";
import { dnsLabel } from "../arguments/rules";

/** What a component passes to its parts. */
export interface ScopeArgs {
    /** The component's name in error messages, e.g. `the PrivateRegistry "registry"`. */
    readonly title: string;
    /** The component's name in the Pulumi program. */
    readonly name: string;
    readonly labels: Record<string, pulumi.Input<string>>;
    readonly annotations: Record<string, pulumi.Input<string>>;
    /** The namespace of the objects. */
    readonly namespace: pulumi.Output<string>;
    /** The component resource. */
    readonly parent: pulumi.Resource;
    /** Names of Secrets in the namespace that the component has created for its pods' images. Defaults to none. */
    readonly imageCredentials?: readonly pulumi.Output<string>[];
}

type Annotations = Record<string, pulumi.Input<string> | undefined>;

/** Maximum lengths of object names. Names of pods, and their labels, are longer than the names of their controllers. */
export const longestName = {
    /** Services, and Jobs, whose names become labels of their pods. */
    usual: 63,
    /** StatefulSets and CronJobs, whose names with a hyphen and 10 characters become labels and names. */
    withSuffix: 52,
} as const;

/** Annotation with the stack that an object belongs to. */
export const ownerAnnotation = "private-registry/owner";

/** Annotation with the name under which the provider's server-side apply owns an object's fields. */
export const managerAnnotation = "pulumi.com/patchFieldManager";

/** Length of the longest name that server-side apply accepts for an owner of fields. */
const longestManager = 128;

/**
 * Objects keep the owner of fields that they were created with, so that their fields have one owner: the provider's generated one in
 * stacks of release 0.1.0 and older, and the former name of a stack that was renamed.
 */
export const keptManager = `metadata.annotations["${managerAnnotation}"]`;

/** Names, labels and namespace of the objects that the parts of a component declare. */
export class Scope {
    /** The component's name in the Pulumi program, and the value of the label `app.kubernetes.io/instance`. */
    readonly instance: string;
    readonly namespace: pulumi.Output<string>;
    readonly imageCredentials: readonly pulumi.Output<string>[];

    constructor(private readonly args: ScopeArgs) {
        this.instance = args.name;
        this.namespace = args.namespace;
        this.imageCredentials = args.imageCredentials ?? [];
    }

    /** The same component in another namespace, with the Secrets that the component has created for images there. */
    inNamespace(namespace: pulumi.Output<string>, imageCredentials: readonly pulumi.Output<string>[] = []): Scope {
        return new Scope({ ...this.args, namespace, imageCredentials });
    }

    /** The name of a resource in Pulumi's state. It is never shortened, because another one would replace the resource. */
    name(part: string): string {
        return `${this.instance}-${part}`;
    }

    /**
     * The name of a Kubernetes object. It is the same in every run, so that an object can be found again that was created by a run
     * that was killed. A name above the limit is truncated, and ends with a hash of the full name.
     */
    objectName(part: string, limit: number = longestName.usual): string {
        return shortened(this.name(part), limit);
    }

    /** The name of an object without a namespace. */
    clusterObjectName(part: string): pulumi.Output<string> {
        return this.namespace.apply((namespace) => shortened(`${namespace}-${this.name(part)}`, longestName.usual));
    }

    /**
     * Options of a child that an argument, an upgrade or a renewal replaces or deletes. It is never protected: a component with
     * `protect: true` could not change otherwise.
     */
    options(options: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
        return { parent: this.args.parent, protect: false, ...options };
    }

    /**
     * Options of a child that is never replaced, because it holds data, or a random value that no argument rotates. It is protected if
     * the component is, or if `isProtected`.
     */
    lastingOptions(isProtected: boolean, options: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
        // Without the field, it is inherited from the component.
        return { parent: this.args.parent, ...(isProtected && { protect: true }), ...options };
    }

    /** Options of a Kubernetes object whose name is an argument, or begins with one. */
    objectOptions({ ignoreChanges = [], ...options }: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
        return this.options({ ...options, ignoreChanges: [keptManager, ...ignoreChanges] });
    }

    /**
     * Options of a Kubernetes object whose name is `objectName`. In stacks of release 0.1.0 and older, Pulumi generated the name. The
     * object keeps it, because another one would replace the object.
     */
    fixedOptions(options: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
        return this.objectOptions({ ...options, ignoreChanges: ["metadata.name", ...(options.ignoreChanges ?? [])] });
    }

    /** Prints a warning about the component. */
    warn(message: string): void {
        pulumi.log.warn(message, this.args.parent);
    }

    /** The labels that select a part's pods. They never change, because a Deployment's selector is immutable. */
    selector(part: string): Record<string, string> {
        return {
            "app.kubernetes.io/name": "private-registry",
            "app.kubernetes.io/instance": this.instance,
            "app.kubernetes.io/component": part,
        };
    }

    /** Name, namespace, labels and annotations of an object. `part` is the label `app.kubernetes.io/component`. */
    metadata(name: pulumi.Input<string>, part: string, annotations?: Annotations) {
        return { namespace: this.namespace, ...this.clusterMetadata(name, part, annotations) };
    }

    /**
     * Name, labels and annotations of an object without a namespace, or in another one. If the object belongs to another stack, the
     * API server refuses the change, with a conflict about the owner annotation.
     */
    clusterMetadata(name: pulumi.Input<string>, part: string, annotations: Annotations = {}) {
        const own = { [ownerAnnotation]: owningStack(), ...this.managerAnnotations };
        return { name, ...this.podMetadata(part, { ...own, ...annotations }) };
    }

    /** The annotations of an object of which the component owns some fields only. */
    get managerAnnotations(): Record<string, string> {
        const manager = `component ${this.instance} of Pulumi stack ${owningStack()}`;
        return { [managerAnnotation]: shortened(manager, longestManager) };
    }

    /**
     * Labels and annotations of a pod: the user's, with the component's over them. An undefined annotation removes the user's.
     * Without annotations the field is omitted: the API server drops an empty map, which the provider would report as a change at
     * every `pulumi up`.
     */
    podMetadata(part: string, annotations: Annotations = {}) {
        const all = Object.fromEntries(
            Object.entries({ ...this.args.annotations, ...annotations }).flatMap(([key, value]) =>
                value === undefined ? [] : [[key, value]],
            ),
        );
        return {
            labels: { ...this.args.labels, "app.kubernetes.io/managed-by": "pulumi", ...this.selector(part) },
            ...(Object.keys(all).length > 0 && { annotations: all }),
        };
    }

    /** A value that was validated in an `apply`, or one error about the component if there are problems. */
    unlessProblems<T>(problems: readonly Problem[], value: T): Promise<T> {
        return unlessProblems(this.args.title, problems, value);
    }
}

/** The stack's full name: organization, project and stack. */
function owningStack(): string {
    return `${organization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

function organization(): string {
    try {
        return pulumi.getOrganization();
    } catch {
        // A unit test with Pulumi's mocks, which need no organization.
        return "organization";
    }
}

/** A name above the limit is truncated, and ends with a hash of the full name. */
function shortened(whole: string, limit: number): string {
    if (whole.length <= limit) return whole;
    const hash = createHash("sha256").update(whole).digest("hex").slice(0, 8);
    return `${whole.slice(0, limit - hash.length - 1).replace(/[^a-z0-9]+$/, "")}-${hash}`;
}

/** The component's name is a label's value, and the first part of all object names, so it must be valid for both. */
export function childNameProblems(name: string, longest: number): Problem[] {
    const reason = reasonAgainst(dnsLabel(longest), name);
    return reason === undefined ? [] : [{ path: "name", reason: `the component's name ${reason}` }];
}

/**
 * A component keeps its name, because selectors contain it, which cannot be changed: under another name, there would be a second
 * Deployment or StatefulSet on the same volume. Aliases that are not known yet are not checked.
 */
export function renameProblems(name: string, { aliases = [] }: pulumi.ComponentResourceOptions = {}): Problem[] {
    if (!Array.isArray(aliases)) return [];
    const former = aliases
        .map((alias: pulumi.Input<string | pulumi.Alias>) => {
            if (typeof alias === "string") return alias.split("::").at(-1);
            return (alias as pulumi.Alias).name;
        })
        .find((other) => typeof other === "string" && other !== name);
    const reason = `the component cannot be renamed from "${former}", because the selectors of its objects contain the name; use that name again and remove the alias`;
    return former === undefined ? [] : [{ path: "name", reason }];
}

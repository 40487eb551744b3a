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

/** Maximum lengths of object names. Names of pods, and their labels, are longer than the names of their controllers. */
export const longestName = {
    /** Services, and Jobs, whose names become labels of their pods. */
    usual: 63,
    /** StatefulSets and CronJobs, whose names with a hyphen and 10 characters become labels and names. */
    withSuffix: 52,
} as const;

/** Length of what Pulumi appends to the name of an object without a given name: a hyphen and 8 hexadecimal digits. */
const generatedSuffix = 9;

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

    /** The name of a Kubernetes object. A name above the limit is truncated, and ends with a hash of the full name. */
    objectName(part: string, limit: number = longestName.usual): string {
        const whole = this.name(part);
        if (whole.length <= limit) return whole;
        const hash = createHash("sha256").update(whole).digest("hex").slice(0, 8);
        return `${whole.slice(0, limit - hash.length - 1).replace(/[^a-z0-9]+$/, "")}-${hash}`;
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

    /** Prints a warning about the component. */
    warn(message: string): void {
        pulumi.log.warn(message, this.args.parent);
    }

    /**
     * The name of an object whose name Pulumi generates: undefined, unless the generated name would be above the limit. Objects of
     * existing stacks keep their generated names, because another name would replace them.
     */
    shortName(part: string, limit: number = longestName.usual): string | undefined {
        const generated = this.name(part).length + generatedSuffix;
        return generated > limit ? this.objectName(part, limit) : undefined;
    }

    /** The labels that select a part's pods. They never change, because a Deployment's selector is immutable. */
    selector(part: string): Record<string, string> {
        return {
            "app.kubernetes.io/name": "private-registry",
            "app.kubernetes.io/instance": this.instance,
            "app.kubernetes.io/component": part,
        };
    }

    /** Namespace, labels and annotations of an object. */
    metadata(part: string, annotations?: Record<string, pulumi.Input<string> | undefined>) {
        return { namespace: this.namespace, ...this.podMetadata(part, annotations) };
    }

    /**
     * Labels and annotations of a pod, or of an object without a namespace: the user's, with the component's over them. An undefined
     * annotation removes the user's. Without annotations the field is omitted: the API server drops an empty map, which the
     * provider would report as a change at every `pulumi up`.
     */
    podMetadata(part: string, annotations: Record<string, pulumi.Input<string> | undefined> = {}) {
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

/** The component's name is a label's value, and the first part of all object names, so it must be valid for both. */
export function childNameProblems(name: string, longest: number): Problem[] {
    const reason = reasonAgainst(dnsLabel(longest), name);
    return reason === undefined ? [] : [{ path: "name", reason: `the component's name ${reason}` }];
}

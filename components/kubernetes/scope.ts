import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { ArgumentError, type Problem, reasonAgainst } from "../arguments/check";
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
}

/** Maximum lengths of object names. Names of pods, and their labels, are longer than the names of their controllers. */
export const longestName = {
    /** Services, and Deployments and Jobs, whose names become labels. */
    usual: 63,
    /** StatefulSets and CronJobs. */
    withSuffix: 52,
} as const;

/** Names, labels and namespace of the objects that the parts of a component declare. */
export class Scope {
    /** The component's name in the Pulumi program, and the value of the label `app.kubernetes.io/instance`. */
    readonly instance: string;
    readonly namespace: pulumi.Output<string>;

    constructor(private readonly args: ScopeArgs) {
        this.instance = args.name;
        this.namespace = args.namespace;
    }

    /** The same component in another namespace. */
    inNamespace(namespace: pulumi.Output<string>): Scope {
        return new Scope({ ...this.args, namespace });
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
     * annotation removes the user's. Without annotations the field is omitted: the API server drops an empty map, which the provider would report as a change at every
     * `pulumi up`.
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

    /** Throws one error about the component if there are problems. */
    refuse(problems: readonly Problem[]): void {
        if (problems.length > 0) throw new ArgumentError(this.args.title, problems);
    }
}

/** The component's name is a label's value, and the first part of all object names, so it must be valid for both. */
export function childNameProblems(name: string, longest: number): Problem[] {
    const reason = reasonAgainst(dnsLabel(longest), name);
    return reason === undefined ? [] : [{ path: "name", reason: `the component's name ${reason}` }];
}

import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { ArgumentError, type Problem, reasonAgainst } from "../arguments/check";
import { dnsLabel } from "../arguments/rules";

/** What a component passes on to its parts. */
export interface ScopeArgs {
    /** The component in sentences, e.g. `the PrivateRegistry "registry"`. */
    readonly title: string;
    /** The component's name in the Pulumi program. */
    readonly name: string;
    readonly labels: Record<string, pulumi.Input<string>>;
    readonly annotations: Record<string, pulumi.Input<string>>;
    /** The namespace of the objects. */
    readonly namespace: pulumi.Output<string>;
    /** The component. */
    readonly parent: pulumi.Resource;
}

/** Longest names of Kubernetes objects. The names of pods and their labels are longer than those of what creates them. */
export const longestName = {
    /** Services, and Deployments and Jobs, whose names become labels. */
    usual: 63,
    /** StatefulSets and CronJobs. */
    withSuffix: 52,
} as const;

/** What every part of a component needs to name, label and place the objects that it declares. */
export class Scope {
    /** The component's name in the Pulumi program, and the value of the label `app.kubernetes.io/instance`. */
    readonly instance: string;
    readonly namespace: pulumi.Output<string>;
    readonly parent: pulumi.Resource;

    constructor(private readonly args: ScopeArgs) {
        this.instance = args.name;
        this.namespace = args.namespace;
        this.parent = args.parent;
    }

    /** The same component in another namespace. */
    inNamespace(namespace: pulumi.Output<string>): Scope {
        return new Scope({ ...this.args, namespace });
    }

    /** The name of a resource in Pulumi's state. It is never shortened, because another one would replace the resource. */
    name(part: string): string {
        return `${this.instance}-${part}`;
    }

    /** The name of a Kubernetes object. A name above the limit is cut, and ends with a hash of the whole. */
    objectName(part: string, limit: number = longestName.usual): string {
        const whole = this.name(part);
        if (whole.length <= limit) return whole;
        const hash = createHash("sha256").update(whole).digest("hex").slice(0, 8);
        return `${whole.slice(0, limit - hash.length - 1).replace(/[^a-z0-9]+$/, "")}-${hash}`;
    }

    /** The labels that select the pods of a part. They never change, because a Deployment's selector cannot. */
    selector(part: string): Record<string, string> {
        return {
            "app.kubernetes.io/name": "private-registry",
            "app.kubernetes.io/instance": this.instance,
            "app.kubernetes.io/component": part,
        };
    }

    /** Namespace, labels and annotations of an object. */
    metadata(part: string, annotations?: Record<string, pulumi.Input<string>>) {
        return { namespace: this.namespace, ...this.podMetadata(part, annotations) };
    }

    /**
     * Labels and annotations of a pod, or of an object without a namespace: the user's, with the component's over them. Without
     * annotations the field is omitted: the API server drops an empty map, which the provider would report as a change at every
     * `pulumi up`.
     */
    podMetadata(part: string, annotations: Record<string, pulumi.Input<string>> = {}) {
        const all = { ...this.args.annotations, ...annotations };
        return {
            labels: { ...this.args.labels, "app.kubernetes.io/managed-by": "pulumi", ...this.selector(part) },
            ...(Object.keys(all).length > 0 && { annotations: all }),
        };
    }

    /** Throws the problems, if there are any, as one error about the component. */
    refuse(problems: readonly Problem[]): void {
        if (problems.length > 0) throw new ArgumentError(this.args.title, problems);
    }
}

/** The names of all objects begin with the component's name, and a label holds it. */
export function childNameProblems(name: string, longest: number): Problem[] {
    const reason = reasonAgainst(dnsLabel(longest), name);
    return reason === undefined ? [] : [{ path: "name", reason: `the component's name ${reason}` }];
}

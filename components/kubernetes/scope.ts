import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { dnsLabel } from "../arguments/rules";

/** What every part of one registry needs to know to name and mark the objects it makes. */
export interface Identity {
    /** The component's name in the Pulumi program; children are `<name>-<part>`. */
    readonly name: string;
    readonly labels: Record<string, pulumi.Input<string>>;
    readonly annotations: Record<string, pulumi.Input<string>>;
}

/** The names of all objects begin with the component's name, and a label holds it. */
export function childNameProblems(name: string, longest: number): Problem[] {
    const reason = dnsLabel(longest)(name);
    return reason === undefined ? [] : [{ path: "name", reason: `the component's name ${reason}` }];
}

/** The labels that select the pods of one part; they never change, because a Deployment's selector cannot. */
export function selectorLabels(identity: Identity, part: string): Record<string, string> {
    return {
        "app.kubernetes.io/name": "private-registry",
        "app.kubernetes.io/instance": identity.name,
        "app.kubernetes.io/component": part,
    };
}

/**
 * Labels and annotations of an object: the user's, with ours over them. Without annotations there is no such field: the API server
 * keeps no empty map, and the provider would take the difference for a change at every `pulumi up`.
 */
export function marks(identity: Identity, part: string, annotations: Record<string, pulumi.Input<string>> = {}) {
    const all = { ...identity.annotations, ...annotations };
    return {
        labels: { ...identity.labels, "app.kubernetes.io/managed-by": "pulumi", ...selectorLabels(identity, part) },
        ...(Object.keys(all).length > 0 && { annotations: all }),
    };
}

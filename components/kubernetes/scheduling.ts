import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { labels, labelValue, taintKey } from "../arguments/labels";
import { dnsName, freeForm, oneOf } from "../arguments/rules";
import { fields, listOf } from "../arguments/shapes";

/** A toleration: lets pods run on nodes with a matching taint. */
export interface RegistryToleration {
    /** Key of the taint. If omitted, with operator `Exists`, the toleration matches every taint. */
    key?: pulumi.Input<string>;
    /** `Exists` or `Equal`. Defaults to Kubernetes' default, `Equal`. */
    operator?: pulumi.Input<string>;
    /** Value of the taint, for operator `Equal`. */
    value?: pulumi.Input<string>;
    /** Effect of the taint: `NoSchedule`, `PreferNoSchedule` or `NoExecute`. If omitted, the toleration matches every effect. */
    effect?: pulumi.Input<string>;
}

/** Scheduling of the pods in the registry's namespace. */
export interface RegistryScheduling {
    /** Node selector (`nodeSelector`): labels that a node must have. Defaults to none. */
    nodeSelector?: Record<string, pulumi.Input<string>>;
    /** Tolerations (`tolerations`): taints of nodes on which the pods can run. Defaults to none. */
    tolerations?: RegistryToleration[];
    /** Affinity of the registry's own pods, as in a Kubernetes pod (`affinity`). Defaults to none. */
    // biome-ignore lint/suspicious/noExplicitAny: only `any` becomes a free-form value in other languages
    affinity?: any;
    /**
     * Topology spread constraints of the registry's own pods, as in a Kubernetes pod (`topologySpreadConstraints`). Without a
     * `labelSelector`, they select these pods. Defaults to none.
     */
    // biome-ignore lint/suspicious/noExplicitAny: only `any` becomes a free-form value in other languages
    topologySpread?: any[];
    /** Name of a PriorityClass (`priorityClassName`). It does not apply to the DaemonSet that configures nodes. Defaults to none. */
    priorityClassName?: pulumi.Input<string>;
}

export const tolerationRules = fields<RegistryToleration>({
    key: taintKey,
    operator: oneOf<string>("Exists", "Equal"),
    value: labelValue,
    effect: oneOf<string>("NoSchedule", "PreferNoSchedule", "NoExecute"),
});

export const schedulingRules = fields<RegistryScheduling>({
    nodeSelector: labels,
    tolerations: listOf(tolerationRules),
    affinity: freeForm,
    topologySpread: listOf(freeForm),
    priorityClassName: dnsName,
});

/** A problem for each toleration that Kubernetes rejects, as far as its fields are known. */
export function tolerationProblems(path: string, tolerations: readonly RegistryToleration[] = []): Problem[] {
    return tolerations.flatMap(({ key, operator = "Equal", value }, i) => {
        if (operator === "Exists" && typeof value === "string" && value !== "") {
            const reason = "is for the operator `Equal`; remove it, or change the operator";
            return [{ path: `${path}[${i}].value`, reason }];
        }
        if ((key !== undefined && key !== "") || operator !== "Equal") return [];
        return [{ path: `${path}[${i}].key`, reason: "is missing; name the taint, or set operator to `Exists`" }];
    });
}

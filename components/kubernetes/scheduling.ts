import type * as pulumi from "@pulumi/pulumi";
import { dnsName, freeForm, oneOf, string } from "../arguments/rules";
import { fields, listOf, mapOf } from "../arguments/shapes";

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
    key: string,
    operator: oneOf<string>("Exists", "Equal"),
    value: string,
    effect: oneOf<string>("NoSchedule", "PreferNoSchedule", "NoExecute"),
});

export const schedulingRules = fields<RegistryScheduling>({
    nodeSelector: mapOf(string),
    tolerations: listOf(tolerationRules),
    affinity: freeForm,
    topologySpread: listOf(freeForm),
    priorityClassName: dnsName,
});

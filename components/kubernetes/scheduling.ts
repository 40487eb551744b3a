import type * as pulumi from "@pulumi/pulumi";
import { dnsName, freeForm, oneOf, string } from "../arguments/rules";
import { fields, listOf, mapOf } from "../arguments/shapes";

/** Lets pods run on a node in spite of its taint. */
export interface RegistryToleration {
    /** Key of the taint; left out, with operator `Exists`, all taints. */
    key?: pulumi.Input<string>;
    /** `Exists` or `Equal`. Kubernetes' default is `Equal`. */
    operator?: pulumi.Input<string>;
    /** Value of the taint. */
    value?: pulumi.Input<string>;
    /** `NoSchedule`, `PreferNoSchedule` or `NoExecute`; left out, all. */
    effect?: pulumi.Input<string>;
}

/** On which nodes the pods of the registry's namespace run. */
export interface RegistryScheduling {
    /** Labels that a node must have. */
    nodeSelector?: Record<string, pulumi.Input<string>>;
    /** Taints that do not keep the pods away. */
    tolerations?: RegistryToleration[];
    /** Affinity as in a Kubernetes pod, for the registry's own pods. */
    // biome-ignore lint/suspicious/noExplicitAny: only `any` becomes a free-form value in other languages
    affinity?: any;
    /** Topology spread constraints as in a Kubernetes pod, for the registry's own pods, which are the label selector if you give none. */
    // biome-ignore lint/suspicious/noExplicitAny: only `any` becomes a free-form value in other languages
    topologySpread?: any[];
    /** Name of a priority class. The pods that configure nodes have none. */
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

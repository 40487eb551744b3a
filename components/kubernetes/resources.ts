import type * as pulumi from "@pulumi/pulumi";
import { quantity } from "../arguments/rules";
import { fields } from "../arguments/shapes";

/** Amounts of a pod's resources. */
export interface ResourceAmounts {
    /** Cores, e.g. `500m` for half of one. */
    cpu?: pulumi.Input<string>;
    /** Bytes, e.g. `512Mi`. */
    memory?: pulumi.Input<string>;
}

/** What the registry's pods ask for and may use at most. */
export interface RegistryResources {
    /** What the scheduler reserves. Defaults to cpu `100m` and memory `128Mi`. */
    requests?: ResourceAmounts;
    /** What a pod cannot exceed. Defaults to cpu `500m` and memory `512Mi`. */
    limits?: ResourceAmounts;
}

const amounts = fields<ResourceAmounts>({ cpu: quantity, memory: quantity });

export const resourceRules = fields<RegistryResources>({ requests: amounts, limits: amounts });

/** The arguments with every default of a kind of pod. */
export type ResourceSettings = ReturnType<typeof resourcesOver>;

export function resourcesOver(defaults: Required<RegistryResources>, given: RegistryResources = {}) {
    return {
        requests: { ...defaults.requests, ...given.requests },
        limits: { ...defaults.limits, ...given.limits },
    };
}

import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { quantity, quantityOrNone } from "../arguments/rules";
import { fields } from "../arguments/shapes";
import { unlessEmpty } from "./emptyFields";
import { isBelow } from "./quantity";
import type { Scope } from "./scope";

/** What a container reserves of a node. */
export interface ResourceAmounts {
    /** Cores, e.g. `500m` for half of one. */
    cpu?: pulumi.Input<string>;
    /** Bytes, e.g. `512Mi`. */
    memory?: pulumi.Input<string>;
}

/** What a container may use at most of a node. */
export interface ResourceLimits {
    /** Cores, e.g. `500m` for half of one, or `none` for no limit. */
    cpu?: pulumi.Input<string>;
    /** Bytes, e.g. `512Mi`, or `none` for no limit. */
    memory?: pulumi.Input<string>;
}

/** What a pod requests and may use at most. A limit below a request that is given too is refused. */
export interface RegistryResources {
    /** What the scheduler reserves. More than a default limit raises that limit. Defaults to cpu `100m` and memory `128Mi` for the registry. */
    requests?: ResourceAmounts;
    /** What a pod cannot exceed. Less than a default request lowers that request. Defaults to cpu `500m` and memory `512Mi` for the registry. */
    limits?: ResourceLimits;
}

export const resourceRules = fields<RegistryResources>({
    requests: fields<ResourceAmounts>({ cpu: quantity, memory: quantity }),
    limits: fields<ResourceLimits>({ cpu: quantityOrNone, memory: quantityOrNone }),
});

const kinds = ["cpu", "memory"] as const;

/** Cores and bytes. */
type Amounts = Partial<Record<(typeof kinds)[number], string>>;

/** A container's `resources`. */
export interface ContainerResources {
    readonly requests: Amounts;
    /** Undefined if nothing is limited. */
    readonly limits?: Amounts;
}

/** The limits that are below their requests, as far as both are known. */
export function resourceProblems(path: string, { requests = {}, limits = {} }: RegistryResources = {}): Problem[] {
    const reason = (kind: string) => `is below requests.${kind}; raise it, or lower requests.${kind}`;
    return kinds
        .filter((kind) => isBelowRequest(limits[kind], requests[kind]))
        .map((kind) => ({ path: `${path}.limits.${kind}`, reason: reason(kind) }));
}

function isBelowRequest(limit: unknown, request: unknown): boolean {
    return typeof limit === "string" && limit !== "none" && typeof request === "string" && isBelow(limit, request);
}

/** The resources of a container by its arguments, or fixed ones. */
export interface ResourceSettings {
    /** The path of the argument, for its problems; empty if no argument changes them. */
    readonly path: string;
    readonly defaults: ContainerResources;
    readonly given: RegistryResources;
}

/** The argument over the defaults of a kind of container. */
export function resourceSettings(
    path: string,
    defaults: ContainerResources,
    given: RegistryResources = {},
): ResourceSettings {
    return { path, defaults, given };
}

/** Resources that no argument changes. */
export function fixedResources(defaults: ContainerResources): ResourceSettings {
    return { path: "", defaults, given: {} };
}

/** A container's resources, once all amounts are known. */
export function checkedResources(scope: Scope, settings: ResourceSettings): pulumi.Output<ContainerResources> {
    return pulumi.output(settings.given).apply((given) => {
        scope.refuse(resourceProblems(settings.path, given));
        return resourcesOver(settings.defaults, given);
    });
}

/** What is given over the defaults, which give way where limit and request would contradict each other. */
export function resourcesOver(
    defaults: ContainerResources,
    given: { readonly requests?: Amounts; readonly limits?: Amounts },
): ContainerResources {
    const requests: Amounts = { ...defaults.requests, ...given.requests };
    const limits: Amounts = { ...defaults.limits, ...given.limits };
    for (const kind of kinds) {
        if (limits[kind] === "none") delete limits[kind];
        if (!isBelowRequest(limits[kind], requests[kind])) continue;
        if (given.requests?.[kind] === undefined) requests[kind] = limits[kind];
        else limits[kind] = requests[kind];
    }
    return { requests, limits: unlessEmpty(limits) };
}

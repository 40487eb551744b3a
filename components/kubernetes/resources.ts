import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { cpuLimit, cpuRequest, isBelow, memoryLimit, memoryRequest } from "../arguments/quantity";
import { fields } from "../arguments/shapes";
import { unlessEmpty } from "./emptyFields";
import type { Scope } from "./scope";

/** Resource requests of a container. */
export interface ResourceAmounts {
    /** CPU cores, e.g. `500m` for half a core. In YAML, write a number in quotes: `"2"`. */
    cpu?: pulumi.Input<string>;
    /** Memory in bytes, at least `1Mi`, e.g. `512Mi`; or `"0"` to reserve none. */
    memory?: pulumi.Input<string>;
}

/** Resource limits of a container. */
export interface ResourceLimits {
    /** CPU cores, e.g. `500m` for half a core, or `none` for no limit. In YAML, write a number in quotes: `"2"`. */
    cpu?: pulumi.Input<string>;
    /** Memory in bytes, at least `1Mi`, e.g. `512Mi`, or `none` for no limit. */
    memory?: pulumi.Input<string>;
}

/** CPU and memory requests and limits of a pod. If both are set, a limit below its request is rejected. */
export interface RegistryResources {
    /**
     * Requests, which the scheduler reserves. A request above the default limit raises that limit. Defaults to cpu `100m` and
     * memory `128Mi` for the registry.
     */
    requests?: ResourceAmounts;
    /** Limits. A limit below the default request lowers that request. Defaults to cpu `500m` and memory `512Mi` for the registry. */
    limits?: ResourceLimits;
}

export const resourceRules = fields<RegistryResources>({
    requests: fields<ResourceAmounts>({ cpu: cpuRequest, memory: memoryRequest }),
    limits: fields<ResourceLimits>({ cpu: cpuLimit, memory: memoryLimit }),
});

const kinds = ["cpu", "memory"] as const;

/** Quantities of CPU and memory. */
type Amounts = Partial<Record<(typeof kinds)[number], string>>;

/** A container's `resources`. */
export interface ContainerResources {
    readonly requests: Amounts;
    /** Undefined without any limit. */
    readonly limits?: Amounts;
}

/** A problem for each limit that is below its request, if both are known. */
export function resourceProblems(path: string, { requests = {}, limits = {} }: RegistryResources = {}): Problem[] {
    const reason = (kind: string) => `is below requests.${kind}; raise it, or lower requests.${kind}`;
    return kinds
        .filter((kind) => isBelowRequest(limits[kind], requests[kind]))
        .map((kind) => ({ path: `${path}.limits.${kind}`, reason: reason(kind) }));
}

function isBelowRequest(limit: unknown, request: unknown): boolean {
    return typeof limit === "string" && limit !== "none" && typeof request === "string" && isBelow(limit, request);
}

/** The resources of a container, from an argument or fixed. */
export interface ResourceSettings {
    /** Path of the argument, for its problems; empty if no argument sets them. */
    readonly path: string;
    readonly defaults: ContainerResources;
    readonly given: RegistryResources;
}

/** Resources from an argument, with the defaults of a kind of container. */
export function resourceSettings(
    path: string,
    defaults: ContainerResources,
    given: RegistryResources = {},
): ResourceSettings {
    return { path, defaults, given };
}

/** Resources that no argument sets. */
export function fixedResources(defaults: ContainerResources): ResourceSettings {
    return { path: "", defaults, given: {} };
}

/** A container's `resources`, validated when all amounts are known. */
export function checkedResources(scope: Scope, settings: ResourceSettings): pulumi.Output<ContainerResources> {
    return pulumi.output(settings.given).apply((given) => {
        const valid = scope.unlessProblems(resourceProblems(settings.path, given), given);
        return valid.then((resources) => resourcesOver(settings.defaults, resources));
    });
}

/** Merges the given resources over the defaults. If a limit would be below its request, the default one of the two is adjusted. */
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

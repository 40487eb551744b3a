import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { memberOf } from "../arguments/rules";
import { fields, plain } from "../arguments/shapes";

/** Update strategy of the registry's pods. */
export enum RolloutStrategy {
    /** Rolling update: the new pod starts before the old one stops, on the same node if the storage requires it. No request fails. */
    Surge = "Surge",
    /** The old pod stops before the new one starts. Requests fail in between. */
    Recreate = "Recreate",
}

/** How changes are rolled out to the registry's pods. */
export interface RegistryRollout {
    /** Update strategy of the Deployment. Defaults to `Surge`, and to `Recreate` for storage that only one pod can mount. */
    strategy?: RolloutStrategy;
}

/** Where a second pod can run while the first one still uses the storage. */
export type Mounting = "anywhere" | "same node" | "one pod";

export const rolloutRules = fields<RegistryRollout>({ strategy: plain(memberOf(RolloutStrategy)) });

export function rolloutProblems(rollout: RegistryRollout | undefined, mounting: Mounting): Problem[] {
    if (rollout?.strategy !== RolloutStrategy.Surge || mounting !== "one pod") return [];
    const reason = "a second pod cannot mount a ReadWriteOncePod volume; use `Recreate`, or accessMode `ReadWriteOnce`";
    return [{ path: "rollout.strategy", reason }];
}

/** The arguments with every default. */
export function rolloutSettings(mounting: Mounting, args: RegistryRollout = {}): Required<RegistryRollout> {
    return { strategy: mounting === "one pod" ? RolloutStrategy.Recreate : RolloutStrategy.Surge, ...args };
}

/** The `strategy` of a Deployment. */
export function rollingUpdate(strategy: RolloutStrategy) {
    if (strategy === RolloutStrategy.Recreate) return { type: "Recreate" };
    return { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
}

/** A ReadWriteOnce volume can be mounted by pods of one node, so a surge pod needs affinity to the old pod's node. */
export function affinityFor(
    affinity: k8s.types.input.core.v1.Affinity | undefined,
    mounting: Mounting,
    labelSelector: object,
) {
    if (mounting !== "same node") return affinity;
    return pulumi.output(affinity ?? {}).apply((given) => {
        const required = given.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
        const sameNode = { labelSelector, topologyKey: "kubernetes.io/hostname" };
        return {
            ...given,
            podAffinity: {
                ...given.podAffinity,
                requiredDuringSchedulingIgnoredDuringExecution: [...required, sameNode],
            },
        };
    });
}

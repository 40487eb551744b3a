import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { memberOf } from "../arguments/rules";
import { fields, plain } from "../arguments/shapes";

/** How a change of the registry reaches its pods. */
export enum RolloutStrategy {
    /** The new pod starts before the old one ends; on the same node when the storage asks for it. No request fails. */
    Surge = "Surge",
    /** The old pod ends before the new one starts. Requests fail in between. */
    Recreate = "Recreate",
}

/** How a change of the registry reaches its pods. */
export interface RegistryRollout {
    /** Defaults to `Surge`, and to `Recreate` for storage that only one pod may mount. */
    strategy?: RolloutStrategy;
}

/** Where a second pod may run while the first one still uses the storage. */
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

/** A Deployment's strategy. */
export function rollingUpdate(strategy: RolloutStrategy) {
    if (strategy === RolloutStrategy.Recreate) return { type: "Recreate" };
    return { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
}

/** A volume that one node may mount is open to a second pod there, so a surge pod has to join the old one. */
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

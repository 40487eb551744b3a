import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { isBelow } from "../arguments/quantity";
import { keptManager, type Scope } from "../kubernetes/scope";

export interface ClaimRequest {
    /** Last part of the resource's name in Pulumi. */
    readonly part: string;
    /** Path of the argument that describes it, for error messages. */
    readonly path: string;
    readonly name: pulumi.Input<string>;
    readonly size: pulumi.Input<string>;
    readonly storageClassName?: pulumi.Input<string>;
    readonly accessMode: string;
    readonly isProtected: boolean;
}

/** The immutable fields of a claim. */
interface ImmutableFields {
    readonly storageClassName?: string;
    readonly accessModes?: string[];
}

const advice = `copy the images to a second registry (see "Moving to another volume" in docs/storage.md)`;

/** A problem for a storage class or access mode that differs from the claim's. */
export function immutableFieldProblems(
    path: string,
    name: string,
    current: ImmutableFields,
    desired: ImmutableFields,
): Problem[] {
    const difference = (field: string, what: string, old: string | undefined, desiredValue: string | undefined) =>
        old === undefined || desiredValue === undefined || old === desiredValue
            ? []
            : [
                  {
                      path: `${path}.${field}`,
                      reason: `the claim \`${name}\` has the ${what} \`${old}\`, which is immutable, and replacing the claim would lose the images; keep \`${old}\`, or ${advice}`,
                  },
              ];
    return [
        ...difference("storageClassName", "storage class", current.storageClassName, desired.storageClassName),
        ...difference("accessMode", "access mode", current.accessModes?.[0], desired.accessModes?.[0]),
    ];
}

/** A problem for a size that is smaller than the claim's. */
export function shrinkProblems(path: string, name: string, current: string, desired: string): Problem[] {
    if (!isBelow(desired, current)) return [];
    return [
        {
            path: `${path}.size`,
            reason: `the claim \`${name}\` has \`${current}\` and cannot shrink; keep \`${current}\`, or ${advice}`,
        },
    ];
}

let hooks = 0;

/** A hook that rejects a smaller size, even in a preview. */
function shrinkGuard(scope: Scope, part: string, path: string): pulumi.ResourceHookBinding | undefined {
    // Pulumi's mocks, for unit tests of programs, cannot register hooks.
    if (pulumi.runtime.getMonitor()?.registerResourceHook === undefined) return undefined;
    const hook = new pulumi.ResourceHook(
        // Hook names must be unique in the engine, but the same resource name can occur below several parents.
        `${scope.name(part)}-${++hooks}`,
        ({ oldInputs, newInputs }) => {
            const [current, desired] = [oldInputs, newInputs].map(
                (inputs) => inputs?.spec?.resources?.requests?.storage,
            );
            // Unknown values are validated when they are known.
            if (typeof current !== "string" || typeof desired !== "string") return;
            const problems = shrinkProblems(path, String(newInputs?.metadata?.name), current, desired);
            return scope.unlessProblems(problems, undefined);
        },
        { onDryRun: true },
    );
    return { beforeUpdate: [hook] };
}

/**
 * Creates a claim that is never replaced, because that would lose the images. Pulumi ignores changes of its storage class and access
 * mode, and the output with the claim's name rejects them. The claim can grow.
 */
export function claimVolume(scope: Scope, request: ClaimRequest) {
    const accessModes = [request.accessMode];
    const claim = new k8s.core.v1.PersistentVolumeClaim(
        scope.name(request.part),
        {
            // With WaitForFirstConsumer, the claim is bound when a pod uses it. The pod's Deployment waits for both.
            metadata: scope.metadata(request.name, "storage", { "pulumi.com/skipAwait": "true" }),
            spec: {
                accessModes,
                storageClassName: request.storageClassName,
                resources: { requests: { storage: request.size } },
            },
        },
        scope.lastingOptions(request.isProtected, {
            ignoreChanges: [keptManager, "spec.storageClassName", "spec.accessModes"],
            hooks: shrinkGuard(scope, request.part, request.path),
        }),
    );
    const claimName = pulumi
        .all([claim.metadata.name, claim.spec, pulumi.output(request.storageClassName)])
        .apply(([name, current, storageClassName]) => {
            const wanted = { storageClassName, accessModes };
            return scope.unlessProblems(immutableFieldProblems(request.path, name, current ?? {}, wanted), name);
        });
    return { claim, claimName };
}

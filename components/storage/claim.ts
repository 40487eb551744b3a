import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { isBelow } from "../kubernetes/quantity";
import type { Scope } from "../kubernetes/scope";

export interface WantedClaim {
    /** Last part of the resource's name in the Pulumi program. */
    readonly part: string;
    /** The argument that describes it, for sentences. */
    readonly path: string;
    readonly name: pulumi.Input<string>;
    readonly size: pulumi.Input<string>;
    readonly storageClassName?: pulumi.Input<string>;
    readonly accessMode: string;
    readonly isProtected: boolean;
}

/** What of a claim nobody can change while it lives. */
interface Fixed {
    readonly storageClassName?: string;
    readonly accessModes?: string[];
}

const advice = `start a second registry that has it and copy the images (see "Moving to another volume" in docs/storage.md)`;

/** Another class or mode than the claim has, in sentences that say what to do instead. */
export function fixedProblems(path: string, name: string, has: Fixed, wants: Fixed): Problem[] {
    const differing = (field: string, what: string, old: string | undefined, wanted: string | undefined) =>
        old === undefined || wanted === undefined || old === wanted
            ? []
            : [
                  {
                      path: `${path}.${field}`,
                      reason: `the claim \`${name}\` has the ${what} \`${old}\` for as long as it lives, and with another claim the images would be lost; keep \`${old}\`, or ${advice}`,
                  },
              ];
    return [
        ...differing("storageClassName", "class", has.storageClassName, wants.storageClassName),
        ...differing("accessMode", "mode", has.accessModes?.[0], wants.accessModes?.[0]),
    ];
}

/** A smaller size than the claim has, in a sentence that says what to do instead. */
export function shrinkingProblems(path: string, name: string, has: string, wants: string): Problem[] {
    if (!isBelow(wants, has)) return [];
    return [
        {
            path: `${path}.size`,
            reason: `the claim \`${name}\` has \`${has}\` and cannot shrink; keep \`${has}\`, or ${advice}`,
        },
    ];
}

let hooks = 0;

/** Refuses a smaller claim, in a preview already. */
function neverShrink(scope: Scope, part: string, path: string): pulumi.ResourceHookBinding | undefined {
    // Pulumi's mocks, by which programs test themselves, cannot register hooks.
    if (pulumi.runtime.getMonitor()?.registerResourceHook === undefined) return undefined;
    const hook = new pulumi.ResourceHook(
        // The engine knows a hook by its name alone, and a resource's name may occur below several parents.
        `${scope.name(part)}-${++hooks}`,
        ({ oldInputs, newInputs }) => {
            const [has, wants] = [oldInputs, newInputs].map((inputs) => inputs?.spec?.resources?.requests?.storage);
            // What is not known yet is checked when it is.
            if (typeof has !== "string" || typeof wants !== "string") return;
            scope.refuse(shrinkingProblems(path, String(newInputs?.metadata?.name), has, wants));
        },
        { onDryRun: true },
    );
    return { beforeUpdate: [hook] };
}

/**
 * A claim that is never replaced, because its images would be lost. Pulumi ignores changes of its class and mode, and the output
 * with the claim's name rejects them. It may grow.
 */
export function claimVolume(scope: Scope, wanted: WantedClaim) {
    const accessModes = [wanted.accessMode];
    const claim = new k8s.core.v1.PersistentVolumeClaim(
        scope.name(wanted.part),
        {
            metadata: {
                name: wanted.name,
                // A class may bind only when a pod uses the claim, and the pod comes later; its Deployment waits for both.
                ...scope.metadata("storage", { "pulumi.com/skipAwait": "true" }),
            },
            spec: {
                accessModes,
                storageClassName: wanted.storageClassName,
                resources: { requests: { storage: wanted.size } },
            },
        },
        {
            parent: scope.parent,
            ignoreChanges: ["spec.storageClassName", "spec.accessModes"],
            hooks: neverShrink(scope, wanted.part, wanted.path),
            ...(wanted.isProtected && { protect: true }),
        },
    );
    const claimName = pulumi
        .all([claim.metadata.name, claim.spec, pulumi.output(wanted.storageClassName)])
        .apply(([name, has, storageClassName]) => {
            scope.refuse(fixedProblems(wanted.path, name, has ?? {}, { storageClassName, accessModes }));
            return name;
        });
    return { claim, claimName };
}

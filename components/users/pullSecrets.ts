import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Problem, repeatedProblems } from "../arguments/check";
import { dnsLabel, dnsName } from "../arguments/rules";
import { fields, listOf, plain } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";

/** Pull secrets (`kubernetes.io/dockerconfigjson`) for pods that run images from the registry. */
export interface PullSecrets {
    /** Namespaces in which to create the Secret. They must exist. Defaults to none. */
    namespaces?: string[];
    /** Name of the Secret in each namespace. Defaults to `<name>-pull`, after the component's name. */
    name?: pulumi.Input<string>;
    /**
     * Service accounts in each namespace, e.g. `default`, whose `imagePullSecrets` become the Secret, so that their pods need not
     * name it. Kubernetes lets only one owner write that list. If something else has written it, e.g. `kubectl patch`, a chart or
     * another registry, `pulumi up` fails with a conflict: omit the account, and add the Secret where the list is written. Defaults to
     * none.
     */
    serviceAccounts?: string[];
}

export const pullSecretRules = fields<PullSecrets>({
    namespaces: listOf(plain(dnsLabel())),
    name: dnsName,
    serviceAccounts: listOf(plain(dnsName)),
});

export function pullSecretProblems(args: PullSecrets = {}): Problem[] {
    return (["namespaces", "serviceAccounts"] as const).flatMap((list) =>
        repeatedProblems(`pullSecrets.${list}`, args[list]),
    );
}

/** The arguments with every default. `owner` is the component's name. */
export function pullSecretSettings(owner: string, args: PullSecrets = {}): Required<PullSecrets> {
    return { namespaces: [], name: `${owner}-pull`, serviceAccounts: [], ...args };
}

/** Creates one Secret per namespace; returns the Secrets' names, by namespace. */
export function createPullSecrets(
    scope: Scope,
    { namespaces, name, serviceAccounts }: Required<PullSecrets>,
    dockerConfigJson: pulumi.Input<string>,
): Record<string, pulumi.Output<string>> {
    const names = namespaces.map((namespace) => {
        const secret = new k8s.core.v1.Secret(
            scope.name(`pull-secret-${namespace}`),
            {
                metadata: { namespace, ...scope.clusterMetadata(name, "pull-secret") },
                type: "kubernetes.io/dockerconfigjson",
                stringData: { ".dockerconfigjson": dockerConfigJson },
            },
            scope.objectOptions(),
        );
        for (const account of serviceAccounts) {
            new k8s.core.v1.ServiceAccountPatch(
                // Namespace names contain no dot, so this name is unique for each pair.
                scope.name(`pull-secret-${namespace}.${account}`),
                {
                    metadata: { namespace, name: account, annotations: scope.managerAnnotations },
                    imagePullSecrets: [{ name }],
                },
                // The plain name and dependsOn: Pulumi deletes a named Secret before it replaces it, and with it what depends on its outputs.
                scope.objectOptions({ dependsOn: secret }),
            );
        }
        return [namespace, secret.metadata.name] as const;
    });
    return Object.fromEntries(names);
}

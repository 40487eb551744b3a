import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Problem, repeatedProblems } from "../arguments/check";
import { dnsLabel, dnsName } from "../arguments/rules";
import { fields, listOf, plain } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";

/** Pull secrets for the pods that run images of the registry. */
export interface PullSecrets {
    /** The namespaces that get one. They must exist. Defaults to none. */
    namespaces?: string[];
    /** Name of the Secret in each of them. Defaults to the component's name with `-pull` behind it. */
    name?: pulumi.Input<string>;
    /**
     * Service accounts, e.g. `default`, to which the secret is added in each namespace, so that their pods need not name it.
     * Kubernetes keeps that list as a whole, so a service account has one owner: a second registry's is refused. Defaults to none.
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

/** One Secret a namespace; returns the Secrets' names by namespace. */
export function createPullSecrets(
    scope: Scope,
    { namespaces, name, serviceAccounts }: Required<PullSecrets>,
    dockerConfigJson: pulumi.Input<string>,
): Record<string, pulumi.Output<string>> {
    const names = namespaces.map((namespace) => {
        const secret = new k8s.core.v1.Secret(
            scope.name(`pull-secret-${namespace}`),
            {
                metadata: { name, namespace, ...scope.podMetadata("pull-secret") },
                type: "kubernetes.io/dockerconfigjson",
                stringData: { ".dockerconfigjson": dockerConfigJson },
            },
            { parent: scope.parent },
        );
        for (const account of serviceAccounts) {
            new k8s.core.v1.ServiceAccountPatch(
                // No namespace has a dot in its name, so no two pairs have the same name.
                scope.name(`pull-secret-${namespace}.${account}`),
                { metadata: { name: account, namespace }, imagePullSecrets: [{ name }] },
                // The secret's plain name, and the order: what holds an output of a Secret that is deleted first goes with it.
                { parent: scope.parent, dependsOn: secret },
            );
        }
        return [namespace, secret.metadata.name] as const;
    });
    return Object.fromEntries(names);
}

import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { apiAccount } from "../kubernetes/apiAccess";
import { podSpec } from "../kubernetes/pod";
import { longestName, type Scope } from "../kubernetes/scope";
import { accountAnnotations, additionLabels } from "../server/deployment";
import type { RegistryAddition } from "../server/pods";
import { affinityFor } from "../server/rollout";
import { serviceAccountAddition } from "../server/serviceAccount";
import { prepareBackup } from "./backup/backup";
import { cacheContainers, collectContainer, inUseContainers, leaseContainers, programContainer } from "./containers";
import type { ReferenceSource } from "./imagesInUse";
import { jobSettings, type MaintainedRegistry, type MaintainedSettings } from "./jobSettings";

const part = "maintenance";

/** Deploys the CronJob that maintains the registry's storage; undefined without maintenance. */
export function maintainRegistry(
    scope: Scope,
    settings: MaintainedSettings,
    registry: MaintainedRegistry,
): k8s.batch.v1.CronJob | undefined {
    const { maintenance, serviceAccount } = settings;
    if (maintenance === undefined) return undefined;
    const job = jobSettings(scope, settings, maintenance, registry.config);
    const backup = maintenance.backup && registry.backup && prepareBackup(scope, maintenance.backup, registry.backup);
    const lease = runLease(scope);
    const report = runReport(scope);
    // The account has the same access to a cloud's storage as the registry's.
    const additions = [registry.storage.pod, serviceAccountAddition(serviceAccount)];
    const isOnSameNode = registry.storage.mounting === "same node";
    const account = jobAccount(scope, lease, report, isOnSameNode, additions);
    const listing = maintenance.references && listPermission(scope, account.name, maintenance.references);
    const { labels, ...metadata } = scope.podMetadata(part);
    return new k8s.batch.v1.CronJob(
        scope.name(part),
        {
            metadata: scope.metadata(scope.objectName(part, longestName.withSuffix), part),
            spec: {
                schedule: maintenance.times.schedule,
                timeZone: "Etc/UTC",
                concurrencyPolicy: "Forbid",
                startingDeadlineSeconds: 3600,
                successfulJobsHistoryLimit: 3,
                failedJobsHistoryLimit: 3,
                jobTemplate: {
                    metadata: scope.podMetadata(part),
                    spec: {
                        backoffLimit: 0,
                        activeDeadlineSeconds: 12 * 60 * 60,
                        template: {
                            metadata: { ...metadata, labels: { ...labels, ...additionLabels(additions) } },
                            spec: podSpec(scope, settings, {
                                serviceAccountName: account.name,
                                restartPolicy: "Never",
                                affinity: affinityFor(undefined, registry.storage.mounting, {
                                    matchLabels: scope.selector("server"),
                                }),
                                initContainers: [
                                    programContainer(settings, job),
                                    ...leaseContainers(scope, lease.metadata.name, report.metadata.name, isOnSameNode),
                                    ...cacheContainers(settings, registry, job),
                                    ...inUseContainers(maintenance.references),
                                ],
                                containers: [collectContainer(scope, registry, job, backup)],
                            }),
                        },
                    },
                },
            },
        },
        scope.fixedOptions({
            dependsOn: [account.permission, ...(listing ? [listing] : []), ...(registry.after ? [registry.after] : [])],
        }),
    );
}

/** Which pod works on the storage. The job writes it, and Pulumi ignores that. */
function runLease(scope: Scope): k8s.coordination.v1.Lease {
    return new k8s.coordination.v1.Lease(
        scope.name(`${part}-lease`),
        { metadata: scope.metadata(scope.objectName(part), part) },
        scope.fixedOptions({ ignoreChanges: ["spec"] }),
    );
}

/** The report of the last run. The job writes it, and Pulumi ignores that. */
function runReport(scope: Scope): k8s.core.v1.ConfigMap {
    return new k8s.core.v1.ConfigMap(
        scope.name(`${part}-report`),
        { metadata: scope.metadata(scope.objectName(`${part}-report`), part) },
        scope.fixedOptions({ ignoreChanges: ["data"] }),
    );
}

/** An account that can read and patch these two objects, and see whether the registry has left the node. */
function jobAccount(
    scope: Scope,
    lease: k8s.coordination.v1.Lease,
    report: k8s.core.v1.ConfigMap,
    isOnSameNode: boolean,
    additions: RegistryAddition[],
) {
    const rule = (apiGroup: string, resource: string, name: pulumi.Output<string>) => ({
        apiGroups: [apiGroup],
        resources: [resource],
        resourceNames: [name],
        verbs: ["get", "patch"],
    });
    const rules = [
        rule("coordination.k8s.io", "leases", lease.metadata.name),
        rule("", "configmaps", report.metadata.name),
        ...(isOnSameNode ? [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }] : []),
    ];
    return apiAccount(scope, part, rules, accountAnnotations(additions));
}

/** The permission to list what names images, in all namespaces. */
function listPermission(
    scope: Scope,
    accountName: pulumi.Output<string>,
    references: readonly ReferenceSource[],
): k8s.rbac.v1.ClusterRoleBinding {
    const name = scope.clusterObjectName(`${part}-in-use`);
    const groups = [...new Set(references.map(({ group }) => group))];
    const resourcesOf = (group: string) => references.filter((one) => one.group === group).map((one) => one.resource);
    const role = new k8s.rbac.v1.ClusterRole(
        scope.name(`${part}-in-use-role`),
        {
            metadata: scope.clusterMetadata(name, part),
            rules: groups.map((group) => ({
                apiGroups: [group],
                resources: [...new Set(resourcesOf(group))],
                verbs: ["list"],
            })),
        },
        scope.fixedOptions(),
    );
    return new k8s.rbac.v1.ClusterRoleBinding(
        scope.name(`${part}-in-use-role-binding`),
        {
            metadata: scope.clusterMetadata(name, part),
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
            subjects: [{ kind: "ServiceAccount", name: accountName, namespace: scope.namespace }],
        },
        scope.fixedOptions(),
    );
}

import { find, type Registry, registries } from "../registries";
import { environment, registryConfig } from "../registryConfig";
import { items, known, type Resource, text } from "../resource";
import { stackRule } from "../rule";
import { type Recognition, recognition, registryContainers } from "../workload";

export const sharedReplicas = stackRule<Recognition>({
    name: "shared-replicas",
    what: "All replicas of a registry share their storage and their HTTP secret.",
    why: "The requests of one push reach different pods. It fails if a pod cannot see a layer, or cannot verify an upload address that another pod signed.",
    fix: "Use a ReadWriteMany claim or object storage, and one http.secret in config.yml. Or run one replica.",
    severity: "high",
    settings: recognition,
    checkStack: (resources, further) =>
        registries(resources, further).flatMap((registry) => {
            const replicas = Number(known(() => registry.resource.props.spec?.replicas) ?? 1);
            if (!(replicas > 1)) return [];
            return [...storageProblems(registry, resources), ...secretProblems(registry, resources)].map((what) => ({
                resource: registry.resource,
                message: `${replicas} replicas ${what}`,
            }));
        }),
});

function storageProblems({ resource, pod, namespace }: Registry, resources: readonly Resource[]): string[] {
    if (items(() => resource.props.spec?.volumeClaimTemplates).length > 0) return ["have a claim each"];
    return items(() => pod.volumes).flatMap((volume) => {
        const claim = find(
            resources,
            "PersistentVolumeClaim",
            text(() => volume.persistentVolumeClaim?.claimName),
            namespace,
        );
        const modes = items(() => claim?.props.spec?.accessModes);
        return claim === undefined || modes.length === 0 || modes.includes("ReadWriteMany")
            ? []
            : [`share a claim that is not ReadWriteMany`];
    });
}

/** Only objects in the stack are visible. A configuration from elsewhere may have the secret. */
function secretProblems({ pod, namespace }: Registry, resources: readonly Resource[]): string[] {
    if (registryContainers(pod).some((container) => environment(container).has("REGISTRY_HTTP_SECRET"))) return [];
    const configs = items(() => pod.volumes)
        .flatMap((volume) => [
            find(
                resources,
                "Secret",
                text(() => volume.secret?.secretName),
                namespace,
            ),
            find(
                resources,
                "ConfigMap",
                text(() => volume.configMap?.name),
                namespace,
            ),
        ])
        .flatMap((resource) => (resource === undefined ? [] : (registryConfig(resource) ?? [])));
    return configs.some((config) => !config.http?.secret) ? ["do not share an http.secret"] : [];
}

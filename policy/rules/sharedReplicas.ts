import { dataMount } from "../dataMount";
import { type Recognition, recognition } from "../recognition";
import { find, namespaceOf, type Registry, registries } from "../registries";
import { items, kindOf, known, type Resource, text } from "../resource";
import { stackRule } from "../rule";
import { imageStore, type ServerConfig, serverConfig, sharesSecret } from "../serverConfig";

export const sharedReplicas = stackRule<Recognition>({
    name: "shared-replicas",
    what: "All replicas of a registry share their storage and their HTTP secret.",
    why: "The requests of one push reach different pods. It fails if a pod cannot see a layer, or cannot verify an upload address that another pod signed.",
    fix: "Use a ReadWriteMany claim or object storage, and one http.secret in config.yml. Or run one replica.",
    severity: "high",
    settings: recognition,
    checkStack: (resources, how) =>
        registries(resources, how).flatMap((registry) => {
            const who = replicasOf(registry.resource, resources);
            if (who === undefined) return [];
            const config = serverConfig(registry, resources);
            const problems = [
                ...storageProblems(registry, config, resources),
                ...(sharesSecret(config) === false ? ["do not share an http.secret"] : []),
            ];
            return problems.map((what) => ({ resource: registry.resource, message: `${who} ${what}` }));
        }),
});

/** Who the replicas are, as the start of a sentence; undefined for at most one. */
function replicasOf(resource: Resource, resources: readonly Resource[]): string | undefined {
    if (kindOf(resource) === "DaemonSet") return "The pods of the DaemonSet";
    const name = text(() => resource.props.metadata?.name);
    const scalers = resources.filter(
        (one) =>
            kindOf(one) === "HorizontalPodAutoscaler" &&
            namespaceOf(one) === namespaceOf(resource) &&
            text(() => one.props.spec?.scaleTargetRef?.name) === name &&
            text(() => one.props.spec?.scaleTargetRef?.kind) === kindOf(resource),
    );
    const numbers = [resource, ...scalers].map(({ props }) =>
        Number(known(() => props.spec?.maxReplicas ?? props.spec?.replicas) ?? 1),
    );
    const replicas = Math.max(...numbers.filter((number) => !Number.isNaN(number)));
    return replicas > 1 ? `${replicas} replicas` : undefined;
}

function storageProblems(registry: Registry, config: ServerConfig, resources: readonly Resource[]): string[] {
    const store = imageStore(config, "/var/lib/registry");
    if (store?.in === "objects") return [];
    if (store?.in === "memory") return ["keep their images in memory each"];
    const path = store?.path ?? "/var/lib/registry";
    const mount = dataMount(registry, path);
    switch (mount) {
        case "claimTemplate":
            return ["have a claim each"];
        case "emptyDir":
        case "ephemeral":
            return [`have a volume each at ${path}`];
        case "hostPath":
            return [`have the folder of their node each at ${path} (hostPath)`];
        case "none":
            return store === undefined ? [] : [`keep their images in their own file systems each, at ${path}`];
        case "unknown":
        case "other":
            return [];
        default:
            return isForOneNode(mount.claim, registry, resources) ? ["share a claim that is not ReadWriteMany"] : [];
    }
}

/** Whether the stack shows that a claim cannot be mounted on several nodes. */
function isForOneNode(claim: string | undefined, { namespace }: Registry, resources: readonly Resource[]): boolean {
    const found = find(resources, "PersistentVolumeClaim", claim, namespace);
    const modes = items(() => found?.props.spec?.accessModes);
    return modes.length > 0 && !modes.includes("ReadWriteMany");
}

import { registryContainers } from "./recognition";
import type { Registry } from "./registries";
import { isPartlyUnknown, items, known, type Tree, text } from "./resource";

/** What a registry's pods have at a folder. */
export type DataMount =
    | "none"
    | "unknown"
    | "emptyDir"
    | "ephemeral"
    | "hostPath"
    | "other"
    /** One claim for each pod of a StatefulSet. */
    | "claimTemplate"
    | { readonly claim: string | undefined };

export function dataMount({ resource, pod }: Registry, folder: string): DataMount {
    const ofRegistry = registryContainers(pod);
    const containers = ofRegistry.length > 0 ? ofRegistry : items(() => pod.containers);
    if (containers.some((one) => isPartlyUnknown(() => one.volumeMounts))) return "unknown";
    const mounts = containers.flatMap((container) => items(() => container.volumeMounts));
    const path = (mount: Tree) => text(() => mount.mountPath)?.replace(/\/+$/, "");
    const [mount] = mounts
        .filter((one) => `${folder}/`.startsWith(`${path(one)}/`))
        .sort((one, other) => (path(other) ?? "").length - (path(one) ?? "").length);
    // Another image may have its folder elsewhere.
    if (mount === undefined) return ofRegistry.length > 0 ? "none" : "unknown";
    const name = text(() => mount.name);
    const templates = items(() => resource.props.spec?.volumeClaimTemplates);
    if (templates.some((template) => text(() => template.metadata?.name) === name)) return "claimTemplate";
    const volume = items(() => pod.volumes).find((one) => text(() => one.name) === name);
    if (volume === undefined) return "unknown";
    const has = (source: string) => known(() => volume[source] ?? undefined) !== undefined;
    if (has("persistentVolumeClaim")) return { claim: text(() => volume.persistentVolumeClaim.claimName) };
    return (["emptyDir", "ephemeral", "hostPath"] as const).find(has) ?? "other";
}

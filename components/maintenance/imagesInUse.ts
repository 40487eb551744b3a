import type { Problem } from "../arguments/check";
import { boolean } from "../arguments/rules";
import { fields, listOf, plain, required, valueRule } from "../arguments/shapes";

/** Objects of another kind that name images. */
export interface ReferencingResource {
    /** Group, version and plural name of the resource, e.g. `argoproj.io/v1alpha1/rollouts`; `v1/podtemplates` in the core group. */
    resource: string;
    /**
     * Path of the image's reference, e.g. `spec.template.spec.containers[*].image`. Every string in the object counts whose field has
     * the last name of the path.
     */
    path: string;
}

/**
 * Protection of the images that the cluster uses: what pods, Deployments, ReplicaSets (also old ones, for a rollback), StatefulSets,
 * DaemonSets, Jobs, CronJobs and ReplicationControllers name. An image is only deleted if it was unused in two runs at least 24 hours
 * apart. The registry's name in a reference is ignored. Not seen are images that only Git or the history of Helm names.
 */
export interface ImagesInUse {
    /**
     * Whether images in use are protected. Defaults to true, and to false without `retention` and `garbageCollection.untagged`, which need
     * it. `false` means that tags and manifests are deleted even if a pod uses them.
     */
    enabled?: boolean;
    /** The clusters whose images are protected. Only `this` is supported, the registry's own cluster, which is the default. */
    clusters?: string[];
    /** Further kinds of objects that name images, e.g. custom resources. Defaults to none. */
    also?: ReferencingResource[];
}

const form = /^(?:([a-z0-9]([-a-z0-9.]*[a-z0-9])?)\/)?(v\d+((alpha|beta)\d+)?)\/([a-z0-9]([-a-z0-9]*[a-z0-9])?)$/;

const resource = valueRule<string>((value) => {
    if (typeof value !== "string" || !form.test(value)) {
        return "must be group, version and plural name of a resource, e.g. `argoproj.io/v1alpha1/rollouts`";
    }
    return value === "v1/secrets"
        ? "must not be `v1/secrets`, which the run could then read in all namespaces"
        : undefined;
});

const pathForm = /^([A-Za-z][\w-]*(\[\*\])?\.)*[A-Za-z][\w-]*$/;

const path = valueRule<string>((value) =>
    typeof value === "string" && pathForm.test(value)
        ? undefined
        : "must be names of fields with dots, with `[*]` after lists and a name at the end, e.g. `spec.containers[*].image`",
);

const cluster = valueRule<string>((value) =>
    value === "this" ? undefined : "must be `this`, because other clusters cannot report the images that they use yet",
);

export const inUseRules = fields<ImagesInUse>({
    enabled: plain(boolean),
    clusters: listOf(plain(cluster)),
    also: listOf(
        fields<ReferencingResource>({
            resource: required(plain(resource), "name a resource, e.g. `argoproj.io/v1alpha1/rollouts`"),
            path: required(plain(path), "set the path of the image, e.g. `spec.containers[*].image`"),
        }),
    ),
});

/** Problems with `inUse`. `isNeeded`: whether something is deleted that could be in use. */
export function inUseProblems(inUse: ImagesInUse | undefined, isNeeded: boolean): Problem[] {
    if (inUse === undefined) return [];
    const where = "maintenance.inUse";
    if (!isNeeded) {
        const reason =
            "needs maintenance.retention or maintenance.garbageCollection.untagged, without which nothing is deleted that could be in use; remove it";
        return [{ path: where, reason }];
    }
    const isLonely = inUse.enabled === false && (inUse.clusters !== undefined || inUse.also !== undefined);
    return isLonely
        ? [{ path: where, reason: "has enabled: false, so nothing is protected; remove clusters and also" }]
        : [];
}

/** A list of the API server, and the fields whose strings are references of images. */
export interface ReferenceSource {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly fields: readonly string[];
}

const images = ["image", "imageID"];
const source = (group: string, ...resources: string[]): ReferenceSource[] =>
    resources.map((name) => ({ group, version: "v1", resource: name, fields: images }));

/** What is listed in every cluster. */
const always: readonly ReferenceSource[] = [
    ...source("", "pods", "replicationcontrollers"),
    ...source("apps", "deployments", "replicasets", "statefulsets", "daemonsets"),
    ...source("batch", "jobs", "cronjobs"),
];

/** The lists to read; undefined if images in use are not protected. */
export function referenceSources(inUse: ImagesInUse = {}, isNeeded: boolean): readonly ReferenceSource[] | undefined {
    if (!isNeeded || inUse.enabled === false) return undefined;
    const also = (inUse.also ?? []).map((one): ReferenceSource => {
        const [, group = "", , version, , , name] = form.exec(one.resource) ?? [];
        return { group, version, resource: name, fields: [one.path.split(".").slice(-1)[0]] };
    });
    return [...always, ...also];
}

/*
 * Stand-in for the kubernetes provider: every kind of object through server-side apply, against a real API server, and
 * Helm releases by the real helm. Helm charts as resources, YAML files and rendering are not available.
 */
import { changes } from "../changes";
import { installedVersion } from "../installed";
import { serve } from "../provider";
import type { Difference, ResourceType } from "../resourceType";
import { hasUnknown, type Properties, same } from "../values";
import { Cluster } from "./cluster";
import { activeCluster } from "./kubeconfig";
import { objectType } from "./object";
import { releaseType } from "./release";
import { readSettings } from "./settings";

const releaseToken = "kubernetes:helm.sh/v3:Release";

let objects: ResourceType | undefined;
let releases: ResourceType | undefined;

function configure(inputs: Properties): void {
    const settings = readSettings(inputs);
    const cluster = new Cluster(settings.choice);
    objects = objectType(cluster, settings);
    releases = releaseType(cluster, settings);
}

function find(token: string): ResourceType {
    const type = token === releaseToken ? releases : objects;
    if (!type) throw new Error("the kubernetes provider has not been configured");
    return type;
}

/** A provider for another cluster is another provider, with all its resources; other changes are changes in place. */
async function diffConfig(olds: Properties, news: Properties): Promise<Difference> {
    const found = changes(olds, news);
    if (found.length === 0 || hasUnknown(news)) return { changes: found, replaces: [] };
    const identified = olds.clusterIdentifier !== undefined && news.clusterIdentifier !== undefined;
    const stays = identified
        ? olds.clusterIdentifier === news.clusterIdentifier
        : same(await clusterOf(olds), await clusterOf(news));
    return { changes: found, replaces: stays ? [] : found.map(({ path }) => path) };
}

/** A kubeconfig that can no longer be read identifies no cluster. */
function clusterOf(inputs: Properties): Promise<unknown> {
    return activeCluster(readSettings(inputs).choice).catch(() => undefined);
}

serve({ version: installedVersion("@pulumi/kubernetes"), find, configure, diffConfig });

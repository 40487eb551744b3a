/** The namespace of the Service that a host name in full form belongs to; undefined if it is not such a name. */
export function namespaceOfService(hostname: string, clusterDomain: string | undefined): string | undefined {
    const ends = [".svc", ...(clusterDomain === undefined ? [] : [`.svc.${clusterDomain}`])];
    const end = ends.find((ending) => hostname.endsWith(ending));
    const labels = end === undefined ? [] : hostname.slice(0, -end.length).split(".");
    return labels.length < 2 ? undefined : labels.at(-1);
}

/** Whether a host name resolves inside the cluster only. `service` and `service.namespace` are also names in its DNS. */
export function isInCluster(hostname: string, clusterDomain: string): boolean {
    const isShort = hostname.split(".").length < 3;
    return isShort || [".svc", `.${clusterDomain}`].some((end) => hostname.endsWith(end));
}

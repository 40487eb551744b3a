/** The used part of a kubelet's statistics (`/stats/summary`). */
export interface StatisticsSummary {
    readonly pods: readonly {
        readonly podRef: { readonly namespace: string; readonly name: string };
        readonly memory?: { readonly workingSetBytes?: number };
        readonly cpu?: { readonly usageNanoCores?: number };
    }[];
}

/** A pod's resource usage, as a sentence; throws if the kubelet has no figures, or reports zero memory, which no running pod has. */
export function podUse({ pods }: StatisticsSummary, namespace: string, name: string): string {
    const pod = pods.find(({ podRef }) => podRef.namespace === namespace && podRef.name === name);
    const bytes = pod?.memory?.workingSetBytes;
    const nanoCores = pod?.cpu?.usageNanoCores;
    if (!bytes || nanoCores === undefined) {
        throw new Error(
            `The kubelet does not report the usage of the pod ${namespace}/${name} uses: ${JSON.stringify(pod)}.`,
        );
    }
    return `${Math.round(bytes / 2 ** 20)} MiB of memory, ${(nanoCores / 1e6).toFixed(1)} thousandths of a core`;
}

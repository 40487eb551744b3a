import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import type { Section } from "../server/configYml";
import type { RegistryChart } from "./helm";

const twuni = { chart: "docker-registry", version: "3.0.0", repo: "https://helm.twun.io" };

const isPath = (chart: string) => chart.includes("/") && !chart.startsWith("oci://");
const isInRepository = (chart: string) => !chart.includes("/");

export function sourceProblems({ chart = twuni.chart, version, repo }: RegistryChart): Problem[] {
    const problems: Problem[] = [];
    if (repo !== undefined && !isInRepository(chart)) {
        const reason = `is the repository of a chart that is given by name, but chart is \`${chart}\`; remove one of the two`;
        problems.push({ path: "helm.repo", reason });
    }
    if (version !== undefined && isPath(chart)) {
        const reason = `has no effect, because the chart at \`${chart}\` has its own version; remove it`;
        problems.push({ path: "helm.version", reason });
    }
    return problems;
}

/** The arguments with every default. */
export interface ChartSettings {
    readonly source: ReturnType<typeof sourceOf>;
    readonly values: pulumi.Input<Section>;
}

export function chartSettings(args: RegistryChart): ChartSettings {
    return { source: sourceOf(args), values: args.values ?? {} };
}

/** The arguments of a Release that locate the chart. */
function sourceOf({ chart = twuni.chart, version, repo }: RegistryChart) {
    if (isPath(chart)) return { chart };
    return {
        chart,
        version: version ?? twuni.version,
        ...(isInRepository(chart) && { repositoryOpts: { repo: repo ?? twuni.repo } }),
    };
}

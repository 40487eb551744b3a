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
        const reason = `is where a chart is found by its name, but chart is \`${chart}\`; remove one of the two`;
        problems.push({ path: "helm.repo", reason });
    }
    if (version !== undefined && isPath(chart)) {
        const reason = `is what lies at \`${chart}\`, whatever is written here; remove it`;
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

/** The chart, as a release's arguments name it. */
function sourceOf({ chart = twuni.chart, version, repo }: RegistryChart) {
    if (isPath(chart)) return { chart };
    return {
        chart,
        version: version ?? twuni.version,
        ...(isInRepository(chart) && { repositoryOpts: { repo: repo ?? twuni.repo } }),
    };
}

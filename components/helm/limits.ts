import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import type { RegistryScheduling } from "../kubernetes/scheduling";
import { chosenDriver } from "../server/config/drivers";
import { writtenPath } from "../server/config/lookUp";
import { secretPaths } from "../server/config/secrets";
import type { Section } from "../server/configYml";
import { type RegistryRollout, RolloutStrategy } from "../server/rollout";
import type { RegistryChart } from "./helm";
import { chartSelector, valueProblems } from "./reservedValues";
import { sourceProblems } from "./source";

/** Helm's limit: the name of a release, with a prefix and a revision, is the name of a Secret. */
const longestReleaseName = 53;

/** The arguments that the chart restricts. */
interface RestrictedArguments {
    readonly helm?: RegistryChart;
    readonly serviceName?: string;
    readonly labels?: Record<string, unknown>;
    readonly scheduling?: RegistryScheduling;
    readonly rollout?: RegistryRollout;
    readonly storage?: { readonly memory?: object; readonly s3?: object; readonly minio?: object };
    readonly config?: unknown;
}

/** A problem for each argument that the chart does not support; none without `helm`. */
export function chartProblems(name: string, args: RestrictedArguments): Problem[] {
    const { helm, serviceName = name, labels = {}, scheduling, rollout, storage, config } = args;
    if (helm === undefined) return [];
    const hasDriver = chosenDriver(config, Object.keys(storage ?? {})[0]) !== undefined;
    const problems = [
        ...sourceProblems(helm),
        ...valueProblems(helm.values),
        ...chartConfigProblems(config, hasDriver),
    ];
    if (serviceName.length > longestReleaseName) {
        const reason = `is also the name of the Helm release, which has at most ${longestReleaseName} characters; shorten it`;
        problems.push({ path: args.serviceName === undefined ? "name" : "serviceName", reason });
    }
    for (const label of chartSelector.filter((reserved) => reserved in labels)) {
        const reason = "is in the chart's pod selector; rename the label, or remove helm";
        problems.push({ path: `labels.${label}`, reason });
    }
    if (scheduling?.topologySpread) {
        const reason = "is not supported by the chart; use affinity, or remove helm";
        problems.push({ path: "scheduling.topologySpread", reason });
    }
    if (rollout?.strategy === RolloutStrategy.Surge) {
        const reason =
            "promises that no request fails, but the chart's pods stop immediately while nodes still send them requests; omit it, or remove helm";
        problems.push({ path: "rollout.strategy", reason });
    }
    if (storage?.memory) {
        const reason =
            "has a size limit, which the chart does not support, so images could fill the node's disk; use a volume with deleteWithStack, or remove helm";
        problems.push({ path: "storage.memory", reason });
    }
    return problems;
}

/** Settings that the chart sets as environment variables, which override config.yml. */
const setByTheChart = [
    "http.secret",
    "http.tls.certificate",
    "http.tls.key",
    "storage.filesystem.rootdirectory",
    "storage.s3.bucket",
    "storage.s3.region",
];

/**
 * A problem for each override of config.yml that has no effect in the chart, or would expose a secret in its ConfigMap. If `config`
 * chooses the storage driver, the chart sets no variables for it.
 */
export function chartConfigProblems(config: unknown, hasDriver: boolean): Problem[] {
    const ineffective = setByTheChart
        .filter((path) => !hasDriver || !path.startsWith("storage."))
        .filter((path) => at(config, path) !== undefined);
    return [
        ...ineffective.map((path) => ({
            path: `config.${path}`,
            reason: "is overridden by the chart's environment variables; remove it, or remove helm",
        })),
        ...secretPaths(config)
            .map((path) => writtenPath("config", path))
            .filter((path) => !ineffective.includes(path.replace("config.", "")))
            .map((path) => ({ path, reason: `looks like a secret, and ${noPlaceForSecrets}` })),
    ];
}

export const noPlaceForSecrets =
    "the chart stores config.yml in a ConfigMap; pass it as an environment variable from a Secret in helm.values.extraEnvVars, or remove helm";

/** The value at a path; undefined below an Output. */
function at(value: unknown, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>(
            (inner, key) =>
                pulumi.Output.isInstance(inner) ? undefined : (inner as Section | null | undefined)?.[key],
            value,
        );
}

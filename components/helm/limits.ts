import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import type { RegistryScheduling } from "../kubernetes/scheduling";
import type { Section } from "../server/configYml";
import { type RegistryRollout, RolloutStrategy } from "../server/rollout";
import type { RegistryChart } from "./helm";
import { sourceProblems } from "./source";

/** Helm stores a release under its name, with a prefix and a revision. */
const longestReleaseName = 53;

/** The arguments that a chart must be able to fulfil. */
interface Wanted {
    readonly helm?: RegistryChart;
    readonly serviceName?: string;
    readonly labels?: Record<string, unknown>;
    readonly scheduling?: RegistryScheduling;
    readonly rollout?: RegistryRollout;
    readonly storage?: { readonly memory?: object };
    readonly config?: unknown;
}

/** What the chart cannot do; nothing without `helm`. */
export function chartProblems(name: string, args: Wanted): Problem[] {
    const { helm, serviceName = name, labels = {}, scheduling, rollout, storage, config } = args;
    if (helm === undefined) return [];
    const problems = [...sourceProblems(helm), ...valueProblems(helm.values), ...configProblems(config)];
    if (serviceName.length > longestReleaseName) {
        const reason = `names the Helm release too, which has at most ${longestReleaseName} characters; shorten it`;
        problems.push({ path: args.serviceName === undefined ? "name" : "serviceName", reason });
    }
    for (const label of ["app", "release"].filter((own) => own in labels)) {
        const reason = "is how the chart finds its own pods; name the label otherwise, or remove helm";
        problems.push({ path: `labels.${label}`, reason });
    }
    if (scheduling?.topologySpread) {
        const reason = "cannot be told to the chart; use affinity, or remove helm";
        problems.push({ path: "scheduling.topologySpread", reason });
    }
    if (rollout?.strategy === RolloutStrategy.Surge) {
        const reason =
            "promises that no request fails, but the chart's pods end at once while nodes still send requests to them; leave it out, or remove helm";
        problems.push({ path: "rollout.strategy", reason });
    }
    if (storage?.memory) {
        const reason =
            "has a limit, which the chart does not know, so images could fill the node's disk; use a volume with deleteWithStack, or remove helm";
        problems.push({ path: "storage.memory", reason });
    }
    return problems;
}

/** Values that would take from the component what it relies on. */
export function valueProblems(values: unknown): Problem[] {
    const refused = {
        fullnameOverride: "names the chart's objects, as serviceName does here; give serviceName",
        namespace: "is where the chart's objects are, as namespace is here; give namespace",
        "garbageCollect.enabled":
            "collects garbage while images are pushed, which loses layers of them; remove it, and collect while the registry is read-only",
    };
    return Object.entries(refused)
        .filter(([path]) => Boolean(at(values, path)))
        .map(([path, reason]) => ({ path: `helm.values.${path}`, reason }));
}

/** Settings that the chart writes as environment variables, which the registry heeds more than its file. */
const ofTheChart = [
    "http.secret",
    "http.tls.certificate",
    "http.tls.key",
    "storage.filesystem.rootdirectory",
    "storage.s3.bucket",
    "storage.s3.region",
];

const credential = /(password|passwd|secret|secretkey|accountkey|token|authorization)$/i;

/** Overrides of config.yml that have no effect in the chart, or would be read by anyone there. */
export function configProblems(config: unknown): Problem[] {
    const ineffective = ofTheChart.filter((path) => at(config, path) !== undefined);
    return [
        ...ineffective.map((path) => ({
            path: `config.${path}`,
            reason: "is a setting that the chart writes itself, over config.yml; remove it, or remove helm",
        })),
        ...credentials(config, "config")
            .filter((path) => !ineffective.includes(path.replace("config.", "")))
            .map((path) => ({ path, reason: `looks like a secret, and ${noPlaceForSecrets}` })),
    ];
}

export const noPlaceForSecrets =
    "the chart keeps config.yml in a ConfigMap; give it as an environment variable from a Secret in helm.values.extraEnvVars, or remove helm";

/** The paths of texts that only their owner should read, by the names of their fields. */
function credentials(value: unknown, path: string): string[] {
    if (pulumi.Output.isInstance(value) || typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => {
        const below = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
        const texts = Array.isArray(inner) ? inner : [inner];
        const isSecret = credential.test(key) && texts.some((text) => typeof text === "string" && text !== "");
        return isSecret ? [below] : credentials(inner, below);
    });
}

/** The value at a path; nothing behind what is not known yet. */
function at(value: unknown, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>(
            (inner, key) =>
                pulumi.Output.isInstance(inner) ? undefined : (inner as Section | null | undefined)?.[key],
            value,
        );
}

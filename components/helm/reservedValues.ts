import type { Problem } from "../arguments/check";
import { lookUp, notYetKnown } from "../server/config/lookUp";
import { reservedVariables } from "../server/config/reserved";

/** A value of the chart that undoes what the component relies on. */
interface ReservedValue {
    readonly path: string;
    /** What it does, and what to write instead. */
    readonly reason: string;
    /** Whether only a value that counts as true is rejected, e.g. an enabled feature. Otherwise it is every value, null included. */
    readonly isSwitch?: boolean;
}

const reservedValues: readonly ReservedValue[] = [
    {
        path: "fullnameOverride",
        reason: "names the chart's objects, like the argument serviceName; set serviceName instead",
    },
    { path: "namespace", reason: "places the chart's objects, like the argument namespace; set namespace instead" },
    { path: "image", reason: "replaces the component's image; set image and imageMirror instead" },
    { path: "replicaCount", reason: "is not checked against the storage; set replicas instead" },
    { path: "updateStrategy", reason: "is not checked against the storage; set rollout.strategy instead" },
    {
        path: "autoscaling.enabled",
        reason: "changes the number of pods without a check of the storage; remove it, and set replicas",
        isSwitch: true,
    },
    ...["storage", "s3", "swift", "persistence"].map((path) => ({
        path,
        reason: "replaces where images are stored; set storage or config.storage instead",
    })),
    ...["azure", "s3", "swift"].map((driver) => ({
        path: `secrets.${driver}`,
        reason: "is for a storage driver of the chart, which the component does not use; set storage, or read it with helm.values.extraEnvVars from a Secret",
    })),
    {
        path: "secrets.htpasswd",
        reason: "replaces the component's users, so that no pull secret and no node could log in; set users instead",
    },
    { path: "secrets.haSharedSecret", reason: "is a random key that the component generates; remove it" },
    { path: "tlsSecretName", reason: "replaces the component's certificate; set tls instead" },
    { path: "configData", reason: "changes config.yml without the checks of the argument config; set config instead" },
    {
        path: "proxy.enabled",
        reason: "makes the registry a cache, which rejects every push; remove it",
        isSwitch: true,
    },
    { path: "serviceAccount", reason: "replaces the component's service account; set serviceAccount instead" },
    {
        path: "garbageCollect.enabled",
        reason: "collects garbage while images are pushed, which loses layers; remove it, and set maintenance instead",
        isSwitch: true,
    },
];

/** The labels by which the chart's Deployment selects its pods. */
export const chartSelector: readonly string[] = ["app", "release"];

/** The labels by which the chart's Deployment and the component's Services select the pods. */
const selectorLabels = [
    ...chartSelector,
    ...["name", "instance", "component"].map((label) => `app.kubernetes.io/${label}`),
];

/** A problem for each chart value that the component must control. A value that is not known yet is validated when it is. */
export function valueProblems(values: unknown): Problem[] {
    const given = reservedValues.filter(({ path, isSwitch }) => isGiven(lookUp(values, path), isSwitch));
    return [
        ...given.map(({ path, reason }) => ({ path: `helm.values.${path}`, reason })),
        ...labelProblems(lookUp(values, "podLabels")),
        ...variableProblems(lookUp(values, "extraEnvVars")),
    ];
}

function isGiven(value: unknown, isSwitch = false): boolean {
    if (value === notYetKnown) return false;
    return isSwitch ? Boolean(value) : value !== undefined && value !== "";
}

function labelProblems(labels: unknown): Problem[] {
    const names = typeof labels === "object" && labels !== null ? Object.keys(labels) : [];
    const reason = "is in a selector of the registry's pods, which would not be found any more; remove it";
    return names
        .filter((name) => selectorLabels.includes(name))
        .map((name) => ({ path: `helm.values.podLabels.${name}`, reason }));
}

/** The registry's environment variables override config.yml. */
function variableProblems(variables: unknown): Problem[] {
    if (!Array.isArray(variables)) return [];
    const reserved = reservedVariables();
    return variables.flatMap((variable: unknown, i) => {
        const name = lookUp(variable, "name");
        const found = reserved.find(({ prefix }) => name === prefix || String(name).startsWith(`${prefix}_`));
        const path = `helm.values.extraEnvVars[${i}]`;
        return found === undefined
            ? []
            : [{ path, reason: `overrides ${found.path} of config.yml, which ${found.reason}` }];
    });
}

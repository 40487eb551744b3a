import { chartReference, httpAddress } from "../arguments/hosts";
import { exactVersion, freeForm } from "../arguments/rules";
import { fields, plain, withSecretsBelow } from "../arguments/shapes";

/** A Helm release of the twuni chart (docker-registry). `{}` is version 3.0.0 from the chart's repository. */
export interface RegistryChart {
    /**
     * Name of the chart in `repo`, or a path with a slash on the machine that runs Pulumi, e.g. `./charts/docker-registry`, or a URL
     * that begins with `oci://`. Defaults to `docker-registry`.
     */
    chart?: string;
    /** Version of the chart. The component writes values for 3.0.0. Defaults to `3.0.0`. Not for a path. */
    version?: string;
    /** URL of the chart's repository. Defaults to `https://helm.twun.io`. */
    repo?: string;
    /**
     * Values of the chart, merged over what the component writes: objects are merged, `extraEnvVars`, `extraVolumes` and
     * `extraVolumeMounts` are appended, other values are replaced, and null removes a key. In a stack's configuration, a secret in them is the secret value `helm-values-<path>`. Values
     * that replace what an argument sets, e.g. `image` and `storage`, are rejected. Defaults to no values.
     */
    // biome-ignore lint/suspicious/noExplicitAny: only `any` becomes a free-form value in other languages
    values?: any;
}

export const chartRules = fields<RegistryChart>({
    chart: plain(chartReference),
    version: plain(exactVersion),
    repo: plain(httpAddress),
    values: withSecretsBelow(freeForm, "helm-values-"),
});

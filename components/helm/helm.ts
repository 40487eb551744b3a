import { exactVersion, freeForm, httpAddress, nonEmptyString } from "../arguments/rules";
import { fields, plain } from "../arguments/shapes";

/** A Helm release of the twuni chart (docker-registry). An empty object is its version 3.0.0 from the chart's own repository. */
export interface RegistryChart {
    /**
     * Name of the chart in `repo`; or the path of a chart on the machine that runs Pulumi, with a slash, e.g.
     * `./charts/docker-registry`; or an address that begins with `oci://`. Defaults to `docker-registry`.
     */
    chart?: string;
    /** Version of the chart. The component writes values as 3.0.0 takes them. Defaults to `3.0.0`; a path has the version that lies there. */
    version?: string;
    /** Repository of the chart. Defaults to `https://helm.twun.io`. */
    repo?: string;
    /**
     * Values of the chart, merged over what the component writes: objects are merged, `extraEnvVars`, `extraVolumes` and
     * `extraVolumeMounts` are added, other values replaced, null removes. Defaults to nothing.
     */
    // biome-ignore lint/suspicious/noExplicitAny: only `any` becomes a free-form value in other languages
    values?: any;
}

export const chartRules = fields<RegistryChart>({
    chart: plain(nonEmptyString),
    version: plain(exactVersion),
    repo: plain(httpAddress),
    values: freeForm,
});

import * as pulumi from "@pulumi/pulumi";
import { isInCluster } from "../kubernetes/serviceNames";
import { isSection } from "../server/config/lookUp";
import type { Section } from "../server/configYml";

/** The settings of a storage driver that `config` chooses. */
export interface ConfigDriver {
    readonly driver: string;
    /** The argument `config`. */
    readonly config: unknown;
    readonly clusterDomain: pulumi.Input<string>;
}

/** The `storage` section of config.yml below the overrides: the driver's defaults, where the registry has none or an impractical one. */
export function configDriver({ driver, config, clusterDomain }: ConfigDriver): pulumi.Output<Section> {
    const { storage } = config as { storage: unknown };
    const parameters = isSection(storage) ? storage[driver] : undefined;
    return pulumi
        .all([pulumi.output(parameters), pulumi.output(clusterDomain)])
        .apply(([known, domain]) => driverDefaults(driver, isSection(known) ? known : {}, domain));
}

export function driverDefaults(driver: string, parameters: Section, clusterDomain: string): Section {
    if (driver === "azure") {
        const { serviceurl } = parameters;
        return {
            azure: { credentials: { type: azureCredentialType(parameters) } },
            ...redirect(serviceurl, clusterDomain),
        };
    }
    if (driver === "s3" || driver === "s3aws") {
        const { regionendpoint } = parameters;
        const isEndpoint = typeof regionendpoint === "string";
        return {
            // As in `storage.s3`.
            [driver]: {
                region: "us-east-1",
                ...(isEndpoint && { secure: !isPlain(regionendpoint), forcepathstyle: true }),
            },
            ...redirect(regionendpoint, clusterDomain),
        };
    }
    return { [driver]: {} };
}

/** Registry 3 requires the type, which follows from the other parameters. Registry 2 ignores it. */
function azureCredentialType({ accountkey, credentials }: Section): string {
    if (accountkey !== undefined) return "shared_key";
    const hasSecret = isSection(credentials) && credentials.secret !== undefined;
    return hasSecret ? "client_secret" : "default_credentials";
}

const isPlain = (endpoint: string) => endpoint.startsWith("http://");

/** Nodes cannot download blobs from an endpoint inside the cluster, and the registry signs Azure URLs for https only. */
function redirect(endpoint: unknown, clusterDomain: string): Section {
    if (typeof endpoint !== "string" || !URL.canParse(endpoint)) return {};
    const { protocol, hostname } = new URL(endpoint);
    return { redirect: { disable: protocol !== "https:" || isInCluster(hostname, clusterDomain) } };
}

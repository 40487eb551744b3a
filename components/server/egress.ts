import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { namespaceOfService } from "../kubernetes/serviceNames";
import { chosenDriver } from "./config/drivers";
import { everyValue, type Found, lookUp } from "./config/lookUp";

/** Something outside the component that the registry's pods, or those of its Jobs, connect to. */
export interface EgressTarget {
    /** The argument that names it. */
    readonly path: string;
    /** URL, or host and port; a list of them below an Output; undefined if the arguments do not contain an address. */
    readonly address: pulumi.Input<unknown>;
    /** Port of an address without a port and a scheme. */
    readonly port: number;
    /** What it is if there is no address. */
    readonly service?: string;
}

/** The arguments that name egress targets. */
interface EgressArguments {
    readonly storage?: { readonly s3?: { readonly endpoint?: pulumi.Input<string> } };
    readonly restore?: { readonly s3?: { readonly endpoint?: pulumi.Input<string> } };
    readonly descriptorCache?: {
        readonly redis?: { readonly external?: { readonly address: pulumi.Input<string> } };
    };
    readonly maintenance?: { readonly backup?: { readonly s3?: { readonly endpoint?: pulumi.Input<string> } } };
    readonly config?: unknown;
}

/** Fields of config.yml with the address of a server that the registry connects to, and that server's default port. */
const addressFields: readonly [path: string, port: number][] = [
    ["proxy.remoteurl", 443],
    ["notifications.endpoints.*.url", 443],
    ["redis.addrs.*", 6379],
    ["redis.addr", 6379],
    ["health.http.*.uri", 443],
    ["health.tcp.*.addr", 443],
    ["log.hooks.*.options.smtp.addr", 25],
];

/** Everything outside the component that the registry's pods, and the Jobs on its storage, connect to. */
export function egressTargets(args: EgressArguments): EgressTarget[] {
    const { storage = {}, descriptorCache = {}, maintenance, restore, config } = args;
    const targets: EgressTarget[] = addressFields.flatMap(([path, port]) =>
        everyValue(config, path, "config").map((found) => ({ path: found.path, address: found.value, port })),
    );
    const external = descriptorCache.redis?.external;
    if (external)
        targets.push({ path: "descriptorCache.redis.external.address", address: external.address, port: 6379 });
    if (storage.s3) targets.push(bucketTarget("storage.s3", storage.s3));
    const backup = maintenance?.backup?.s3;
    if (backup) targets.push(bucketTarget("maintenance.backup.s3", backup));
    if (restore?.s3) targets.push(bucketTarget("restore.s3", restore.s3));
    const driver = chosenDriver(config, Object.keys(storage)[0]);
    if (driver !== undefined && driver !== "inmemory") targets.push(driverTarget(driver, config));
    return targets;
}

function bucketTarget(path: string, { endpoint }: { readonly endpoint?: pulumi.Input<string> }): EgressTarget {
    const target = { address: endpoint, port: 443, service: "Amazon S3" };
    return { path: endpoint === undefined ? path : `${path}.endpoint`, ...target };
}

const services: Readonly<Record<string, string>> = {
    azure: "Azure",
    gcs: "Google Cloud",
    s3: "Amazon S3",
    s3aws: "Amazon S3",
    oss: "Alibaba Cloud",
};

/** The parameter of a storage driver with the address of its server, if it can have one. */
const endpointParameters: Readonly<Record<string, string>> = {
    azure: "serviceurl",
    s3: "regionendpoint",
    s3aws: "regionendpoint",
    oss: "endpoint",
};

function driverTarget(driver: string, config: unknown): EgressTarget {
    const path = `config.storage.${driver}`;
    const service = services[driver] ?? `the storage of \`${driver}\``;
    const parameter = endpointParameters[driver];
    // Other Azure credentials also need Azure's login service.
    const isShared = driver !== "azure" || lookUp(config, "storage.azure.accountkey") !== undefined;
    const [found]: (Found | undefined)[] =
        parameter === undefined || !isShared ? [] : everyValue(config, `storage.${driver}.${parameter}`, "config");
    return { path: found?.path ?? path, address: found?.value, port: 443, service };
}

/** One egress rule of a NetworkPolicy. */
export type EgressRule = { to: object[]; ports?: { port: number; protocol: string }[] };

/**
 * The rules that allow egress to an address: none for this machine; undefined for a host name outside the cluster, which a NetworkPolicy
 * cannot hold. A Service in the cluster can have other ports than its pods, so all ports of its namespace are allowed.
 */
export function egressTo(address: string, port: number, clusterDomain: string | undefined): EgressRule[] | undefined {
    const { hostname, port: given } = hostAndPort(address, port);
    const version = isIP(hostname);
    if (hostname === "localhost" || hostname === "::1" || (version === 4 && hostname.startsWith("127."))) return [];
    if (version !== 0) {
        const cidr = `${hostname}/${version === 4 ? 32 : 128}`;
        return [{ to: [{ ipBlock: { cidr } }], ports: [{ port: given, protocol: "TCP" }] }];
    }
    const namespace = namespaceOfService(hostname, clusterDomain);
    if (namespace !== undefined) {
        const matchLabels = { "kubernetes.io/metadata.name": namespace };
        return [{ to: [{ namespaceSelector: { matchLabels } }] }];
    }
    // A Service in the registry's namespace.
    return hostname !== "" && !hostname.includes(".") ? [{ to: [{ podSelector: {} }] }] : undefined;
}

function hostAndPort(address: string, port: number): { hostname: string; port: number } {
    const hasScheme = address.includes("://");
    const text = hasScheme ? address : `tcp://${address}`;
    if (!URL.canParse(text)) return { hostname: "", port };
    const url = new URL(text);
    const ofScheme = { "http:": 80, "https:": 443 }[url.protocol] ?? port;
    // Only URLs with a known scheme are parsed as host names in lower case.
    return { hostname: url.hostname.replace(/^\[|\]$/g, "").toLowerCase(), port: Number(url.port) || ofScheme };
}

/** A problem for each target for which a rule must be written by hand. Addresses that are not known yet do not count. */
export function egressProblems(
    targets: readonly EgressTarget[],
    clusterDomain: pulumi.Input<string> = "cluster.local",
): Problem[] {
    const domain = typeof clusterDomain === "string" ? clusterDomain : undefined;
    return targets.flatMap((target) => {
        const { address } = target;
        const isLater = pulumi.Output.isInstance(address) || address instanceof Promise;
        // The name of a Service can end with the cluster's domain.
        const canBeService = domain === undefined && /\.svc\./.test(String(address));
        return isLater || canBeService ? [] : rulesFor(target, address, domain).problems;
    });
}

/** The egress rules for the known addresses of a target, and a problem for each that a rule cannot be derived from. */
export function rulesFor({ path, port, service }: EgressTarget, address: unknown, clusterDomain: string | undefined) {
    const known = [address].flat().filter((one): one is string => typeof one === "string" && one !== "");
    const rules = known.map((one) => egressTo(one, port, clusterDomain));
    const problems = known
        .filter((_, i) => rules[i] === undefined)
        .map((one) => askFor(`the host in ${path}`, isShortName(hostAndPort(one, port).hostname)));
    if (known.length === 0 && service !== undefined) problems.push(askFor(`${service} (${path})`, false));
    return { rules: rules.flatMap((some) => some ?? []), problems };
}

/** Whether a name may be `service.namespace`, which could also be a domain. */
function isShortName(hostname: string): boolean {
    return hostname.split(".").length === 2;
}

function askFor(what: string, canBeService: boolean): Problem {
    const service = canBeService ? "; for a Service in the cluster, end its name with `.svc` instead" : "";
    const reason = `must allow egress to ${what}: a network policy holds addresses, not names, so list the address ranges, e.g. \`{ cidr: 203.0.113.0/24, ports: [443] }\`${service}`;
    return { path: "networkPolicy.destinations", reason };
}

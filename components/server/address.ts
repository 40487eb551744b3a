import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { type RegistryLoadBalancer, type RegistryService, servicePort } from "./service";

/** The names and addresses of a registry. */
export interface Address {
    /** Host name in image references, with an optional port. */
    readonly host: pulumi.Input<string>;
    /** The host and its aliases. */
    readonly hosts: pulumi.Input<string>[];
    /** DNS names and IP addresses of the Service, and localhost. Public CAs issue no certificates for these. */
    readonly inCluster: pulumi.Input<string>[];
    readonly serviceName: string;
    readonly clusterIp: pulumi.Output<string>;
    /** DNS name and port of the Service inside the cluster, e.g. `registry.registry.svc:443`. */
    readonly service: pulumi.Output<string>;
    /** URL of what the pods serve, e.g. `https://registry.example.com`. */
    readonly podUrl: pulumi.Output<string>;
    /** Address of the Service for nodes, which do not use the cluster's DNS; undefined if the pods serve plain HTTP. */
    readonly nodeEndpoint: pulumi.Output<string> | undefined;
}

export interface AddressSettings {
    readonly serviceName: string;
    readonly clusterDomain: pulumi.Input<string>;
    /** Defaults to the Service's name in the cluster. */
    readonly host: pulumi.Input<string> | undefined;
    readonly hostAliases: pulumi.Input<string>[];
    readonly expose: { readonly loadBalancer?: RegistryLoadBalancer };
    readonly isPlain: boolean;
}

export function addressOf(
    namespace: pulumi.Output<string>,
    settings: AddressSettings,
    { name, clusterIp }: RegistryService,
): Address {
    const { serviceName, hostAliases, isPlain } = settings;
    const clusterNames = namesInCluster(name, namespace, settings.clusterDomain);
    const host = settings.host ?? clusterNames[0];
    const balancer = settings.expose.loadBalancer?.address;
    return {
        host,
        hosts: [host, ...hostAliases],
        inCluster: [...clusterNames, clusterIp, ...(balancer === undefined ? [] : [balancer]), ...localNames],
        serviceName,
        clusterIp,
        service: pulumi.interpolate`${name}.${namespace}.svc:${servicePort(isPlain).port}`,
        podUrl: pulumi.interpolate`${servicePort(isPlain).name}://${host}`,
        nodeEndpoint: isPlain ? undefined : clusterIp.apply((ip) => (isIP(ip) === 6 ? `[${ip}]:443` : `${ip}:443`)),
    };
}

/** Names of the registry behind `kubectl port-forward`. */
const localNames = ["localhost", "127.0.0.1", "::1"];

/** The DNS names of the Service in the cluster, the fully qualified one first. */
function namesInCluster(
    service: pulumi.Output<string>,
    namespace: pulumi.Output<string>,
    domain: pulumi.Input<string>,
): pulumi.Output<string>[] {
    const short = pulumi.interpolate`${service}.${namespace}`;
    return [pulumi.interpolate`${short}.svc.${domain}`, pulumi.interpolate`${short}.svc`, short, service];
}

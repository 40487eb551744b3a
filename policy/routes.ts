import { nameCovers } from "../components/arguments/formats/hostNames";
import { isUnknown, items, kindOf, known, namespaceOf, type Resource, type Tree, text } from "./resource";
import { isOfRegistry, isRegistryName, type Recognition } from "./workload";

/** Whether a backend of an Ingress or a route is a registry. */
export function leadsToRegistry(resource: Resource, further: Recognition): boolean {
    return isOfRegistry(resource, further) || backends(resource).some((name) => isRegistryName(name, further));
}

/** Names of the backend Services of an Ingress or a route. */
function backends(resource: Resource): string[] {
    const spec = known(() => resource.props.spec);
    const rules = [...items(() => spec?.rules), ...items(() => spec?.routes)];
    const names = [
        text(() => spec?.defaultBackend?.service?.name),
        ...rules
            .flatMap((rule) => items(() => rule.http?.paths))
            .map((path) => text(() => path.backend?.service?.name)),
        ...rules
            .flatMap((rule) => [...items(() => rule.backendRefs), ...items(() => rule.services)])
            .map((backend) => text(() => backend.name)),
    ];
    return names.filter((name) => name !== undefined);
}

/** A host that a path from outside the cluster serves, and where its certificate is from. */
export interface ServedHost {
    readonly host: string;
    /** Names of a certificate that the proxy requests itself. */
    readonly names?: readonly string[];
    /** The Secret with the certificate. */
    readonly secret?: { readonly name: string; readonly namespace: string };
}

/** The known hosts of an Ingress or a route, with their certificates. Other resources have none. */
export function servedHosts(resource: Resource, resources: readonly Resource[]): ServedHost[] {
    switch (kindOf(resource)) {
        case "Ingress":
            return ofIngress(resource);
        case "IngressRoute":
            return ofIngressRoute(resource);
        case "HTTPRoute":
            return ofHttpRoute(resource, resources);
        default:
            return [];
    }
}

function strings(list: readonly Tree[]): string[] {
    return list.filter((item) => typeof item === "string");
}

function ofIngress(resource: Resource): ServedHost[] {
    const spec = known(() => resource.props.spec);
    const hosts = items(() => spec?.rules).flatMap((rule) => text(() => rule.host) ?? []);
    return items(() => spec?.tls).flatMap((entry) => {
        const name = text(() => entry.secretName);
        // A certificate without hosts is for all of them.
        const patterns = strings(items(() => entry.hosts));
        const isFor = (host: string) => patterns.length === 0 || patterns.some((pattern) => nameCovers(pattern, host));
        if (name === undefined || isUnknown(() => entry.hosts)) return [];
        return hosts.filter(isFor).map((host) => ({ host, secret: { name, namespace: namespaceOf(resource) } }));
    });
}

/** The host names in the rule of a Traefik route. */
export function hostsInMatch(match: string): string[] {
    return [...match.matchAll(/\bHost\(([^)]*)\)/g)].flatMap(([, list]) =>
        [...list.matchAll(/[`"]([^`"]+)[`"]/g)].map(([, host]) => host),
    );
}

function ofIngressRoute(resource: Resource): ServedHost[] {
    const spec = known(() => resource.props.spec);
    const hosts = items(() => spec?.routes).flatMap((route) => hostsInMatch(text(() => route.match) ?? ""));
    const name = text(() => spec?.tls?.secretName);
    const domains = items(() => spec?.tls?.domains).flatMap((domain) =>
        strings([known(() => domain.main), ...items(() => domain.sans)]),
    );
    return hosts.map((host) => ({
        host,
        ...(domains.length > 0 && { names: domains }),
        ...(name !== undefined && { secret: { name, namespace: namespaceOf(resource) } }),
    }));
}

function ofHttpRoute(route: Resource, resources: readonly Resource[]): ServedHost[] {
    const hosts = strings(items(() => route.props.spec?.hostnames));
    return items(() => route.props.spec?.parentRefs).flatMap((parent) => {
        const name = text(() => parent.name);
        const gateway = resources.find(
            (object) =>
                kindOf(object) === "Gateway" &&
                text(() => object.props.metadata?.name) === name &&
                namespaceOf(object) === (text(() => parent.namespace) ?? namespaceOf(route)),
        );
        const section = text(() => parent.sectionName);
        const listeners = items(() => gateway?.props.spec?.listeners).filter(
            (listener) => section === undefined || text(() => listener.name) === section,
        );
        return gateway === undefined ? [] : listeners.flatMap((listener) => ofListener(gateway, listener, hosts));
    });
}

/** A route without hosts serves the host of the listener. */
function ofListener(gateway: Resource, listener: Tree, hosts: readonly string[]): ServedHost[] {
    const pattern = text(() => listener.hostname);
    const attached = hosts.filter((host) => pattern === undefined || isBelow(host, pattern));
    const served = hosts.length === 0 && pattern !== undefined ? [pattern] : attached;
    return items(() => listener.tls?.certificateRefs).flatMap((reference) => {
        const name = text(() => reference.name);
        const namespace = text(() => reference.namespace) ?? namespaceOf(gateway);
        return name === undefined ? [] : served.map((host) => ({ host, secret: { name, namespace } }));
    });
}

/** In the Gateway API, `*` stands for one label or more. https://gateway-api.sigs.k8s.io/reference/spec/#hostname */
function isBelow(host: string, pattern: string): boolean {
    return host === pattern || (pattern.startsWith("*.") && host.endsWith(pattern.slice(1)));
}

import { isExcluded, isOfRegistry, isRegistryName, type Recognition } from "./recognition";
import { belongsToRegistry, find, namespaceOf, type Registry, registries, selectedBy } from "./registries";
import { items, kindOf, known, type Resource, type Tree, text } from "./resource";

/** A Service behind a route. */
interface Backend {
    readonly name: string | undefined;
    readonly namespace: string | undefined;
    readonly port: unknown;
}

/** The backend Services of an Ingress or a route of any kind. */
export function backends(resource: Resource): Backend[] {
    const spec = known(() => resource.props.spec);
    const rules = [...items(() => spec?.rules), ...items(() => spec?.routes)];
    const ofIngress = [known(() => spec?.defaultBackend), ...rules.flatMap(ingressBackends)];
    const named = [
        ...ofIngress.map((backend) => known(() => backend?.service)),
        ...rules.flatMap((rule) => [...items(() => rule.backendRefs), ...items(() => rule.services)]),
        ...items(() => spec?.upstreams).map((upstream) => ({ name: text(() => upstream.service) })), // F5's VirtualServer
        ...(kindOf(resource) === "Route" ? [known(() => spec?.to)] : []), // OpenShift
    ];
    return named.filter((one) => one !== undefined && one !== null).map((one) => backendOf(resource, one));
}

function backendOf(route: Resource, reference: Tree): Backend {
    return {
        name: text(() => reference.name),
        namespace: text(() => reference.namespace) ?? namespaceOf(route),
        port: known(() => reference.port?.number ?? reference.port?.name ?? reference.port),
    };
}

/** The backends of a rule of an Ingress. */
export function ingressBackends(rule: Tree): Tree[] {
    return items(() => rule.http?.paths).map((path) => known(() => path.backend));
}

/** Whether a backend of an Ingress or a route belongs to a registry. */
export function leadsToRegistry(resource: Resource, resources: readonly Resource[], how: Recognition): boolean {
    if (isExcluded(resource, how)) return false;
    const all = backends(resource);
    // A route without backends, e.g. one that redirects to HTTPS.
    if (all.length === 0) return false;
    if (all.some((backend) => isRegistryBackend(backend, resources, how))) return true;
    // The route's own name decides only if the stack shows nothing better.
    const isVisible = all.some(({ name, namespace }) => find(resources, "Service", name, namespace) !== undefined);
    return !isVisible && isOfRegistry(resource, how);
}

function isRegistryBackend({ name, namespace }: Backend, resources: readonly Resource[], how: Recognition): boolean {
    const service = find(resources, "Service", name, namespace);
    return service === undefined ? isRegistryName(name, how) : belongsToRegistry(service, resources, how);
}

/** Whether a reference of a route names a Service that belongs to a registry. */
export function isRegistryService(
    route: Resource,
    reference: Tree,
    resources: readonly Resource[],
    how: Recognition,
): boolean {
    return (
        reference !== undefined && reference !== null && isRegistryBackend(backendOf(route, reference), resources, how)
    );
}

/** The registries in the stack behind a route. */
export function registriesBehind(resource: Resource, resources: readonly Resource[], how: Recognition): Registry[] {
    return backends(resource).flatMap(({ name, namespace }) => {
        const service = find(resources, "Service", name, namespace);
        return service === undefined ? [] : registries(selectedBy(service, resources), how);
    });
}

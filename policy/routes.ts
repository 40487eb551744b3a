import { items, known, type Resource, text } from "./resource";
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

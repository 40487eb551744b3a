import { find, namespaceOf } from "./registries";
import { containsUnknown, items, kindOf, known, type Resource, type Tree, text, unless } from "./resource";

/** The Gateway, or set of listeners, that a route of the Gateway API is attached to; undefined outside the stack. */
function parentOf(route: Resource, parent: Tree, resources: readonly Resource[]): Resource | undefined {
    const namespace = text(() => parent.namespace) ?? namespaceOf(route);
    const kinds = ["Gateway", "ListenerSet", "XListenerSet"];
    const name = text(() => parent.name);
    return kinds.map((kind) => find(resources, kind, name, namespace)).find((found) => found !== undefined);
}

/** A Service is the parent of routes inside the cluster. */
function parents(route: Resource): Tree[] {
    return items(() => route.props.spec?.parentRefs).filter((parent) => text(() => parent.kind) !== "Service");
}

/** The listeners in the stack that a parent of a route stands for. */
function listeners(route: Resource, parent: Tree, gateway: Resource): Tree[] {
    const given = (field: string) => known(() => parent[field]) ?? undefined;
    return items(() => gateway.props.spec?.listeners).filter(
        (listener) =>
            [undefined, known(() => listener.name)].includes(given("sectionName")) &&
            [undefined, known(() => listener.port)].includes(given("port")) &&
            admits(listener, route, gateway),
    );
}

/** By default a listener admits only routes of the Gateway's namespace. */
function admits(listener: Tree, route: Resource, gateway: Resource): boolean {
    const from = text(() => listener.allowedRoutes?.namespaces?.from) ?? "Same";
    return from !== "Same" || namespaceOf(route) === namespaceOf(gateway);
}

/** A sentence for each listener of an HTTPRoute that serves, or may serve, plain HTTP. */
export function plainListeners(route: Resource, resources: readonly Resource[], plainNames: string[]): string[] {
    return parents(route).flatMap((parent) => {
        if (isHidden(route, parent, resources)) return [];
        const gateway = parentOf(route, parent, resources);
        if (gateway !== undefined && items(() => gateway.props.spec?.listeners).length > 0) {
            return listeners(route, parent, gateway).flatMap((listener) =>
                unless(
                    () => listener.protocol !== "HTTP",
                    `The ${kindOf(route)} is attached to the listener "${text(() => listener.name)}", which is plain HTTP`,
                ),
            );
        }
        const name = text(() => parent.name);
        return [
            ...unless(() => parent.port !== 80, `The ${kindOf(route)} is attached to port 80`),
            ...unless(
                () => !plainNames.includes(parent.sectionName),
                `The ${kindOf(route)} is attached to the listener "${text(() => parent.sectionName)}", which is plain HTTP`,
            ),
            ...unless(
                () => (parent.sectionName ?? parent.port ?? undefined) !== undefined,
                `The ${kindOf(route)} is attached to every listener of the Gateway "${name}", also one for plain HTTP (parentRefs[].sectionName)`,
            ),
        ];
    });
}

/** Whether a preview does not know yet which listeners a parent of a route stands for. */
function isHidden(route: Resource, parent: Tree, resources: readonly Resource[]): boolean {
    const gateways = resources.filter((one) => ["Gateway", "ListenerSet", "XListenerSet"].includes(kindOf(one) ?? ""));
    return [
        () => route.props.metadata?.namespace,
        () => parent,
        ...gateways.flatMap(({ props }) => [
            () => props.metadata?.name,
            () => props.metadata?.namespace,
            () => props.spec?.listeners,
        ]),
    ].some(containsUnknown);
}

/** Whether the stack shows that a TCPRoute is attached to listeners that end TLS; undefined if a preview does not know it yet. */
export function endsTls(route: Resource, resources: readonly Resource[]): boolean | undefined {
    if (containsUnknown(() => route.props.spec?.parentRefs)) return undefined;
    if (parents(route).some((parent) => isHidden(route, parent, resources))) return undefined;
    const found = parents(route).flatMap((parent) => {
        const gateway = parentOf(route, parent, resources);
        return gateway === undefined ? [undefined] : listeners(route, parent, gateway);
    });
    return found.length > 0 && found.every((listener) => listener && text(() => listener.protocol) === "TLS");
}

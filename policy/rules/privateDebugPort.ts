import { type Recognition, recognition } from "../recognition";
import { belongsToRegistry } from "../registries";
import { items, kindOf, type Resource, text, unless } from "../resource";
import { stackRule } from "../rule";

export const privateDebugPort = stackRule<{ debugPort: number } & Recognition>({
    name: "private-debug-port",
    what: "No Service exposes a registry's debug port outside the cluster.",
    why: "The debug port needs no password, and reports on memory, storage and traffic.",
    fix: "Remove the port from the Service, and create a separate ClusterIP Service for metrics.",
    severity: "high",
    settings: {
        debugPort: { type: "integer", description: "the port (`http.debug.addr` in config.yml)", default: 5001 },
        ...recognition,
    },
    checkStack: (resources, { debugPort, ...how }) =>
        resources
            .filter((resource) => kindOf(resource) === "Service" && belongsToRegistry(resource, resources, how))
            .flatMap((resource) => problems(resource, debugPort).map((message) => ({ resource, message }))),
});

function problems({ props }: Resource, debugPort: number): string[] {
    const isPublic =
        ["NodePort", "LoadBalancer"].includes(text(() => props.spec?.type) ?? "") ||
        items(() => props.spec?.externalIPs).length > 0;
    if (!isPublic) return [];
    return items(() => props.spec?.ports).flatMap((port) =>
        unless(
            () =>
                port.port !== debugPort &&
                port.targetPort !== debugPort &&
                !["debug", "metrics"].includes(port.targetPort ?? port.name),
            `The public Service exposes the debug port ${debugPort}`,
        ),
    );
}

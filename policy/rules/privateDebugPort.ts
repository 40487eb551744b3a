import { items, kindOf, text, unless } from "../resource";
import { resourceRule } from "../rule";
import { isOfRegistry, type Recognition, recognition } from "../workload";

export const privateDebugPort = resourceRule<{ debugPort: number } & Recognition>({
    name: "private-debug-port",
    what: "No Service exposes a registry's debug port outside the cluster.",
    why: "The debug port needs no password, and reports on memory, storage and traffic.",
    fix: "Remove the port from the Service, and create a separate ClusterIP Service for metrics.",
    severity: "high",
    settings: {
        debugPort: { type: "integer", description: "the port (`http.debug.addr` in config.yml)", default: 5001 },
        ...recognition,
    },
    check: (resource, { debugPort, ...further }) => {
        if (kindOf(resource) !== "Service" || !isOfRegistry(resource, further)) return [];
        const { props } = resource;
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
    },
});

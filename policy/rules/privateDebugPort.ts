import { items, kindOf, text, unless } from "../resource";
import { resourceRule } from "../rule";
import { isOfRegistry, type Recognition, recognition } from "../workload";

export const privateDebugPort = resourceRule<{ debugPort: number } & Recognition>({
    name: "private-debug-port",
    what: "A registry's debug port is on no Service that is reachable from outside the cluster.",
    why: "It tells everybody who asks, without a password, about memory, storage and traffic.",
    fix: "Leave the port out, and give metrics a Service of their own of type ClusterIP.",
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
                `The public Service leads to the debug port ${debugPort}`,
            ),
        );
    },
});

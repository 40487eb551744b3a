import { type Recognition, recognition, registryPod } from "../recognition";
import { text, unless } from "../resource";
import { resourceRule } from "../rule";
import { containers } from "../workload";

const amounts = [
    ["requests", "cpu"],
    ["requests", "memory"],
    ["limits", "memory"],
] as const;

export const resourcesSet = resourceRule<Recognition>({
    name: "resources-set",
    what: "A registry's containers have CPU and memory requests, and a memory limit.",
    why: "Without requests, the scheduler places them on full nodes. Without a limit, a large push can exhaust the node's memory.",
    fix: "Set resources.requests.cpu, resources.requests.memory and resources.limits.memory on each container.",
    severity: "medium",
    settings: recognition,
    check: (resource, further) =>
        containers(registryPod(resource, further)).flatMap((container) =>
            amounts.flatMap(([kind, what]) =>
                unless(
                    () => container.resources?.[kind]?.[what] !== undefined,
                    `The container ${text(() => container.name)} has no resources.${kind}.${what}`,
                ),
            ),
        ),
});

import { type Recognition, recognition, registryPod } from "../recognition";
import { text, unless } from "../resource";
import { resourceRule } from "../rule";
import { containers } from "../workload";

export const readOnlyRoot = resourceRule<Recognition>({
    name: "read-only-root",
    what: "A registry's containers have a read-only root file system.",
    why: "If programs cannot be changed at run time, an intruder cannot persist.",
    fix: "Set securityContext.readOnlyRootFilesystem to true on each container; the registry writes only to its data directory.",
    severity: "medium",
    settings: recognition,
    check: (resource, further) =>
        containers(registryPod(resource, further)).flatMap((container) =>
            unless(
                () => container.securityContext?.readOnlyRootFilesystem === true,
                `The container ${text(() => container.name)} has a writable root file system`,
            ),
        ),
});

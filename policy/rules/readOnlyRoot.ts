import { text, unless } from "../resource";
import { resourceRule } from "../rule";
import { containers, type Recognition, recognition, registryPod } from "../workload";

export const readOnlyRoot = resourceRule<Recognition>({
    name: "read-only-root",
    what: "A registry's containers cannot write into their image.",
    why: "A program that cannot be changed while it runs leaves an intruder nowhere to stay.",
    fix: "Set securityContext.readOnlyRootFilesystem to true on each container; the registry writes only into its data folder.",
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

import { find, registries } from "../registries";
import { unless } from "../resource";
import { stackRule } from "../rule";
import { type Recognition, recognition } from "../workload";

const label = "pod-security.kubernetes.io/enforce";

export const restrictedNamespace = stackRule<Recognition>({
    name: "restricted-namespace",
    what: "The namespace of a registry enforces the Pod Security Standard `restricted`.",
    why: "The pods that run today are restricted by themselves; the label holds the next ones to it.",
    fix: `Label the namespace ${label}=restricted.`,
    severity: "medium",
    settings: recognition,
    checkStack: (resources, further) =>
        registries(resources, further).flatMap(({ namespace }) => {
            // One that was there before is not in the stack and cannot be seen.
            const found = find(resources, "Namespace", namespace, undefined);
            if (found === undefined) return [];
            return unless(
                () => found.props.metadata?.labels?.[label] === "restricted",
                `The namespace "${namespace}" does not enforce \`restricted\``,
            ).map((message) => ({ resource: found, message }));
        }),
});

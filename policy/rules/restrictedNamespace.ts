import { type Recognition, recognition } from "../recognition";
import { find, registries } from "../registries";
import { unless } from "../resource";
import { stackRule } from "../rule";

const label = "pod-security.kubernetes.io/enforce";

export const restrictedNamespace = stackRule<Recognition>({
    name: "restricted-namespace",
    what: "The namespace of a registry enforces the Pod Security Standard `restricted`.",
    why: "Today's pods may meet the standard without it. The label also enforces it for every later pod.",
    fix: `Label the namespace ${label}=restricted.`,
    severity: "medium",
    settings: recognition,
    checkStack: (resources, further) =>
        registries(resources, further).flatMap(({ namespace }) => {
            // An existing namespace is not in the stack, so the rule cannot see it.
            const found = find(resources, "Namespace", namespace, undefined);
            if (found === undefined) return [];
            return unless(
                () => found.props.metadata?.labels?.[label] === "restricted",
                `The namespace "${namespace}" does not enforce \`restricted\``,
            ).map((message) => ({ resource: found, message }));
        }),
});

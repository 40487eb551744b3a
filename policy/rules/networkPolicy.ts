import { type Recognition, recognition } from "../recognition";
import { namespaceOf, registries } from "../registries";
import { entries, kindOf, known, type Resource, type Tree } from "../resource";
import { stackRule } from "../rule";
import { hidesPods } from "../workload";

export const networkPolicy = stackRule<Recognition>({
    name: "network-policy",
    what: "A NetworkPolicy limits which clients can connect to a registry's pods.",
    why: "Otherwise every pod in the cluster can connect to the registry and to its debug port.",
    fix: "Add a NetworkPolicy for the registry's pods that allows only clients, on the registry's port.",
    severity: "medium",
    level: "disabled", // only the team knows whether its network plugin enforces policies
    settings: recognition,
    checkStack: (resources, further) => {
        const policies = resources.filter((resource) => kindOf(resource) === "NetworkPolicy");
        return registries(resources, further)
            .filter(({ namespace }) => namespace !== undefined)
            .filter(({ resource }) => !hidesPods(resource))
            .filter(({ namespace, labels }) =>
                policies.every((policy) => {
                    const other = namespaceOf(policy);
                    return other !== undefined && (other !== namespace || !selects(policy, labels));
                }),
            )
            .map(({ resource }) => ({ resource, message: "No NetworkPolicy selects the pods" }));
    },
});

/** An empty selector selects all pods. A selector with expressions is assumed to select them. */
function selects(policy: Resource, labels: Tree): boolean {
    return entries(() => policy.props.spec?.podSelector?.matchLabels).every(
        ([key, value]) => known(() => labels?.[key]) === value,
    );
}

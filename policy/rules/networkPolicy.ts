import { namespaceOf, registries } from "../registries";
import { entries, kindOf, known, type Resource, type Tree } from "../resource";
import { stackRule } from "../rule";
import { type Recognition, recognition } from "../workload";

export const networkPolicy = stackRule<Recognition>({
    name: "network-policy",
    what: "A NetworkPolicy says who may talk to a registry's pods.",
    why: "Otherwise every pod of the cluster reaches the registry, and its debug port too.",
    fix: "Add a NetworkPolicy for the registry's pods that admits its clients on its port only.",
    severity: "medium",
    level: "disabled", // whether the network enforces policies is for the team to know
    settings: recognition,
    checkStack: (resources, further) => {
        const policies = resources.filter((resource) => kindOf(resource) === "NetworkPolicy");
        return registries(resources, further)
            .filter(({ namespace }) => namespace !== undefined)
            .filter(({ namespace, labels }) =>
                policies.every((policy) => namespaceOf(policy) !== namespace || !selects(policy, labels)),
            )
            .map(({ resource }) => ({ resource, message: "No NetworkPolicy selects the pods" }));
    },
});

/** An empty selector selects all pods; an expression is taken to select them. */
function selects(policy: Resource, labels: Tree): boolean {
    return entries(() => policy.props.spec?.podSelector?.matchLabels).every(
        ([key, value]) => known(() => labels?.[key]) === value,
    );
}

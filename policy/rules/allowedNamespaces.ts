import { isAllowed } from "../patterns";
import { type Recognition, recognition, registryPod } from "../recognition";
import { text } from "../resource";
import { resourceRule } from "../rule";

export const allowedNamespaces = resourceRule<{ namespaces: string[] } & Recognition>({
    name: "allowed-namespaces",
    what: "Registries run in approved namespaces only.",
    why: "Quotas, network policies and backups are set up for each namespace. A registry in another namespace has none of them.",
    fix: "Use a namespace that the rule's setting `namespaces` allows.",
    severity: "low",
    settings: {
        namespaces: {
            type: "array",
            description: "allowed namespaces, with `*` for any characters; an empty list allows all",
            default: [],
        },
        ...recognition,
    },
    check: (resource, { namespaces, ...further }) => {
        if (registryPod(resource, further) === undefined) return [];
        const namespace = text(() => resource.props.metadata?.namespace);
        return namespace === undefined || isAllowed(namespace, namespaces)
            ? []
            : [`The namespace "${namespace}" is not allowed`];
    },
});

import { isAllowed } from "../patterns";
import { text } from "../resource";
import { resourceRule } from "../rule";
import { type Recognition, recognition, registryPod } from "../workload";

export const allowedNamespaces = resourceRule<{ namespaces: string[] } & Recognition>({
    name: "allowed-namespaces",
    what: "Registries run in agreed namespaces only.",
    why: "Quotas, network policies and backups are made for namespaces; a registry elsewhere has none of them.",
    fix: "Use a namespace that this rule's setting `namespaces` allows.",
    severity: "low",
    settings: {
        namespaces: {
            type: "array",
            description: "namespaces that are allowed, with `*` for any characters; empty allows all",
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

import { isAllowed } from "../patterns";
import { kindOf, text } from "../resource";
import { resourceRule } from "../rule";
import { isOfRegistry, type Recognition, recognition } from "../workload";

export const allowedStorageClasses = resourceRule<{ storageClasses: string[] } & Recognition>({
    name: "allowed-storage-classes",
    what: "Images are stored on approved storage classes only.",
    why: "The storage class determines backup, encryption and speed.",
    fix: "Use a storage class that the rule's setting `storageClasses` allows.",
    severity: "low",
    settings: {
        storageClasses: {
            type: "array",
            description: "allowed storage classes, with `*` for any characters; an empty list allows all",
            default: [],
        },
        ...recognition,
    },
    check: (resource, { storageClasses, ...further }) => {
        if (kindOf(resource) !== "PersistentVolumeClaim" || !isOfRegistry(resource, further)) return [];
        const name = text(() => resource.props.spec?.storageClassName);
        return name === undefined || isAllowed(name, storageClasses)
            ? []
            : [`The storage class "${name}" is not allowed`];
    },
});

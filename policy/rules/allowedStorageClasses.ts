import { isAllowed } from "../patterns";
import { kindOf, text } from "../resource";
import { resourceRule } from "../rule";
import { isOfRegistry, type Recognition, recognition } from "../workload";

export const allowedStorageClasses = resourceRule<{ storageClasses: string[] } & Recognition>({
    name: "allowed-storage-classes",
    what: "Images are kept on agreed storage classes only.",
    why: "Backup, encryption and speed are properties of the class.",
    fix: "Use a storage class that this rule's setting `storageClasses` allows.",
    severity: "low",
    settings: {
        storageClasses: {
            type: "array",
            description: "storage classes that are allowed, with `*` for any characters; empty allows all",
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

import { isAllowed } from "../patterns";
import { type Recognition, recognition } from "../recognition";
import { belongsToRegistry } from "../registries";
import { kindOf, text } from "../resource";
import { stackRule } from "../rule";

export const allowedStorageClasses = stackRule<{ storageClasses: string[] } & Recognition>({
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
    checkStack: (resources, { storageClasses, ...how }) =>
        resources
            .filter((resource) => kindOf(resource) === "PersistentVolumeClaim")
            .filter((resource) => belongsToRegistry(resource, resources, how))
            .flatMap((resource) => {
                const name = text(() => resource.props.spec?.storageClassName);
                return name === undefined || isAllowed(name, storageClasses)
                    ? []
                    : [{ resource, message: `The storage class "${name}" is not allowed` }];
            }),
});

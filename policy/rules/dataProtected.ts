import { kindOf, text, unless } from "../resource";
import { resourceRule } from "../rule";
import { isOfRegistry, type Recognition, recognition, registryPod } from "../workload";

export const dataProtected = resourceRule<Recognition>({
    name: "data-protected",
    what: "A registry's images cannot be deleted by accident.",
    why: "If a claim is deleted with its stack, or a volume with its claim, every image is lost.",
    fix: "Protect the claim (`protect: true`), and retain volumes and a StatefulSet's claims.",
    severity: "high",
    settings: recognition,
    check: (resource, further) => {
        const { props } = resource;
        switch (kindOf(resource)) {
            case "PersistentVolumeClaim":
                return isOfRegistry(resource, further) && !resource.isProtected ? ["The claim is not protected"] : [];
            case "PersistentVolume":
                return isOfRegistry(resource, further)
                    ? unless(
                          () => props.spec?.persistentVolumeReclaimPolicy === "Retain",
                          "The volume is deleted with its claim (persistentVolumeReclaimPolicy)",
                      )
                    : [];
            case "StatefulSet": {
                if (registryPod(resource, further) === undefined) return [];
                const policy = text(() => props.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted);
                return policy === "Delete" ? ["The StatefulSet deletes its claims when it is deleted"] : [];
            }
            default:
                return [];
        }
    },
});

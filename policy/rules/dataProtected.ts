import { isOfRegistry, type Recognition, recognition, registryPod } from "../recognition";
import { belongsToRegistry } from "../registries";
import { kindOf, type Resource, text, unless } from "../resource";
import { stackRule } from "../rule";

export const dataProtected = stackRule<Recognition>({
    name: "data-protected",
    what: "A registry's images cannot be deleted by accident.",
    why: "If a claim is deleted with its stack, or a volume with its claim, every image is lost.",
    fix: "Protect the claim (`protect: true`), and retain volumes and a StatefulSet's claims.",
    severity: "high",
    settings: recognition,
    checkStack: (resources, how) =>
        resources.flatMap((resource) => problems(resource, resources, how).map((message) => ({ resource, message }))),
});

function problems(resource: Resource, resources: readonly Resource[], how: Recognition): string[] {
    const { props } = resource;
    switch (kindOf(resource)) {
        case "PersistentVolumeClaim":
            return belongsToRegistry(resource, resources, how) && !resource.isProtected
                ? ["The claim is not protected"]
                : [];
        case "PersistentVolume":
            return isOfRegistry(resource, how)
                ? unless(
                      () => props.spec?.persistentVolumeReclaimPolicy === "Retain",
                      "The volume is deleted with its claim (persistentVolumeReclaimPolicy)",
                  )
                : [];
        case "StatefulSet": {
            if (registryPod(resource, how) === undefined) return [];
            const policy = text(() => props.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted);
            return policy === "Delete" ? ["The StatefulSet deletes its claims when it is deleted"] : [];
        }
        default:
            return [];
    }
}

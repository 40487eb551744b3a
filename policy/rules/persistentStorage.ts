import { dataMount } from "../dataMount";
import { type Recognition, recognition } from "../recognition";
import { registries } from "../registries";
import { kindOf, type Resource } from "../resource";
import { stackRule } from "../rule";
import { imageStore, serverConfig } from "../serverConfig";

export const persistentStorage = stackRule<{ dataFolder: string } & Recognition>({
    name: "persistent-storage",
    what: "A registry stores its images on storage that outlives its pod.",
    why: "An emptyDir, and the file system of a container, are deleted with the pod. Draining the node deletes every image.",
    fix: "Mount a PersistentVolumeClaim there, or configure the registry to use object storage.",
    severity: "high",
    settings: {
        dataFolder: {
            type: "string",
            description: "directory of the images in the pod, if the registry's configuration names none",
            default: "/var/lib/registry",
        },
        ...recognition,
    },
    checkStack: (resources, { dataFolder, ...how }) =>
        registries(resources, how)
            .filter(({ resource }) => servesImages(resource))
            .flatMap((registry) => {
                const store = imageStore(serverConfig(registry, resources), dataFolder);
                // Without its configuration, a volume at the usual folder is the best guess.
                const path = store === undefined ? dataFolder : store.in === "folder" ? store.path : undefined;
                const say = (message: string) => [{ resource: registry.resource, message }];
                if (store?.in === "memory") return say("The registry keeps its images in memory");
                if (path === undefined) return [];
                const mount = dataMount(registry, path);
                if (mount === "emptyDir" || mount === "ephemeral") {
                    return say(`The directory ${path} is an ${mount === "emptyDir" ? "emptyDir" : "ephemeral volume"}`);
                }
                return mount === "none" && store !== undefined
                    ? say(`The directory ${path} is on no volume, but in the file system of the container`)
                    : [];
            }),
});

/** A Job's pod works on the images of another pod, e.g. for garbage collection. */
function servesImages(resource: Resource): boolean {
    return !["Job", "CronJob"].includes(kindOf(resource) ?? "");
}

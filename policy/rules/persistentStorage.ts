import { items, text, unless } from "../resource";
import { resourceRule } from "../rule";
import { type Recognition, recognition, registryContainers, registryPod } from "../workload";

export const persistentStorage = resourceRule<{ dataFolder: string } & Recognition>({
    name: "persistent-storage",
    what: "A registry stores its images on storage that outlives its pod.",
    why: "An emptyDir is deleted with its pod. Draining the node deletes every image.",
    fix: "Mount a PersistentVolumeClaim there, or configure the registry to use object storage.",
    severity: "high",
    settings: {
        dataFolder: { type: "string", description: "directory of the images in the pod", default: "/var/lib/registry" },
        ...recognition,
    },
    check: (resource, { dataFolder, ...further }) => {
        const pod = registryPod(resource, further);
        const mounts = registryContainers(pod)
            .flatMap((container) => items(() => container.volumeMounts))
            .filter((mount) => text(() => mount.mountPath)?.replace(/\/+$/, "") === dataFolder)
            .map((mount) => text(() => mount.name));
        return items(() => pod?.volumes)
            .filter((volume) => mounts.includes(text(() => volume.name)))
            .flatMap((volume) =>
                unless(() => volume.emptyDir === undefined, `The directory ${dataFolder} is an emptyDir`),
            );
    },
});

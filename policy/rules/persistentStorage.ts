import { items, text, unless } from "../resource";
import { resourceRule } from "../rule";
import { type Recognition, recognition, registryContainers, registryPod } from "../workload";

export const persistentStorage = resourceRule<{ dataFolder: string } & Recognition>({
    name: "persistent-storage",
    what: "A registry keeps its images on storage that outlives its pod.",
    why: "An emptyDir is deleted with the pod: after a drain of its node all images are gone.",
    fix: "Mount a persistent volume claim there, or let the registry store into an object storage.",
    severity: "high",
    settings: {
        dataFolder: { type: "string", description: "folder of the images in the pod", default: "/var/lib/registry" },
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
                unless(() => volume.emptyDir === undefined, `The folder ${dataFolder} is an emptyDir`),
            );
    },
});

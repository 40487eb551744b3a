import { text } from "../resource";
import { resourceRule } from "../rule";
import { containers, parseImage, type Recognition, recognition, registryPod } from "../workload";

export const pinnedImages = resourceRule<{ requireDigest: boolean } & Recognition>({
    name: "pinned-images",
    what: "Every image of a registry's pods is named by a full version.",
    why: "What a floating tag means changes by itself, so a restart can bring another program; a digest alone hides which version runs.",
    fix: "Write a tag with a full version such as `:3.1.2`, and a digest behind it where that is required.",
    severity: "high",
    settings: {
        requireDigest: { type: "boolean", description: "whether a digest must stand behind the tag", default: false },
        ...recognition,
    },
    check: (resource, { requireDigest, ...further }) =>
        containers(registryPod(resource, further)).flatMap((container) => {
            const image = text(() => container.image);
            if (image === undefined) return [];
            const { tag, digest } = parseImage(image);
            const problems: string[] = [];
            if (tag === undefined) problems.push(`The image "${image}" has no tag`);
            else if (!/\d+\.\d+\.\d+/.test(tag)) problems.push(`The tag of the image "${image}" is no full version`);
            if (requireDigest && digest === undefined) problems.push(`The image "${image}" has no digest`);
            return problems;
        }),
});

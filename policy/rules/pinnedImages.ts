import { parseImage } from "../images";
import { type Recognition, recognition, registryPod } from "../recognition";
import { text } from "../resource";
import { resourceRule } from "../rule";
import { containers } from "../workload";

export const pinnedImages = resourceRule<{ requireDigest: boolean } & Recognition>({
    name: "pinned-images",
    what: "Every image in a registry's pods has a tag with a full version.",
    why: "A floating tag can refer to a different image after every restart. A digest alone hides which version runs.",
    fix: "Use a tag with a full version such as `:3.1.2`, followed by a digest if one is required.",
    severity: "high",
    settings: {
        requireDigest: { type: "boolean", description: "whether a digest must follow the tag", default: false },
        ...recognition,
    },
    check: (resource, { requireDigest, ...further }) =>
        containers(registryPod(resource, further)).flatMap((container) => {
            const image = text(() => container.image);
            if (image === undefined) return [];
            const { tag, digest } = parseImage(image);
            const problems: string[] = [];
            if (tag === undefined) problems.push(`The image "${image}" has no tag`);
            else if (!/\d+\.\d+\.\d+/.test(tag)) problems.push(`The tag of the image "${image}" is not a full version`);
            if (requireDigest && digest === undefined) problems.push(`The image "${image}" has no digest`);
            return problems;
        }),
});

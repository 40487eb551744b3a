import { parseImage, programOf } from "../images";
import { registryContainers } from "../recognition";
import { text } from "../resource";
import { resourceRule } from "../rule";
import { podSpec } from "../workload";

/** Older ones are known to have vulnerabilities: https://github.com/distribution/distribution/security/advisories */
const firstFixed = "3.1.2";

export const registryVersion = resourceRule<{ minimum: string }>({
    name: "registry-version",
    what: "The distribution registry runs in a version without known vulnerabilities.",
    why: "Older versions have known vulnerabilities, and version 2 is no longer maintained.",
    fix: `Run docker.io/library/registry:${firstFixed} or a later release.`,
    severity: "critical",
    settings: { minimum: { type: "string", description: "oldest allowed version", default: firstFixed } },
    check: (resource, { minimum }) =>
        registryContainers(podSpec(resource)).flatMap((container) => {
            const image = text(() => container.image) ?? "";
            // The tags of Harbor and zot are other versions.
            if (programOf(image) !== "distribution") return [];
            // A tag that is not a version, or only `3`, is up to the rule on pinned images.
            const version = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(parseImage(image).tag ?? "");
            return version !== null && isBelow(version.slice(1), minimum.split("."))
                ? [`The image "${image}" is older than ${minimum}`]
                : [];
        }),
});

/** Parts that a version omits are assumed to be high enough. */
function isBelow(version: readonly (string | undefined)[], minimum: readonly string[]): boolean {
    const first = minimum.findIndex((part, i) => version[i] === undefined || Number(version[i]) !== Number(part));
    return first >= 0 && version[first] !== undefined && Number(version[first]) < Number(minimum[first]);
}

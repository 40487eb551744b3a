/**
 * Patterns of repositories. `*` matches any part of one path component, and `**` any number of components: `team/*` is `team/app` but
 * not `team/app/cache`, `team/**` is both but not `team`, `**` followed by `/app` is every repository with the last component `app`.
 */

const anyComponents = "**";

/** Why this is no pattern of repositories; undefined if it is one. */
export function repositoryGlobProblem(glob: string): string | undefined {
    if (glob === "") return "is empty; write `**` for all repositories";
    const [wrong] = /[^a-z0-9._/*-]/u.exec(glob) ?? [];
    if (wrong !== undefined && wrong !== wrong.toLowerCase())
        return "has uppercase letters; repositories are lowercase";
    if (wrong === ":" || wrong === "@")
        return "names a tag, a digest or a port; write the repository alone, e.g. `team/app`";
    if (wrong !== undefined) return `contains \`${wrong}\`; only \`*\` and \`**\` are special`;
    const components = glob.split("/");
    if (components.includes(""))
        return "has an empty component; write no `/` at the beginning or end, and none twice in a row";
    const mixed = components.find((component) => component !== anyComponents && component.includes("**"));
    if (mixed !== undefined) return `has \`**\` within \`${mixed}\`; write \`*\`, or \`**\` as a whole component`;
    return undefined;
}

/** A POSIX extended regular expression that matches the repositories that one of these patterns names. */
export function repositoryExpression(globs: readonly string[]): string {
    return `^(${globs.map(globExpression).join("|")})$`;
}

function globExpression(glob: string): string {
    const components = glob.split("/");
    const last = components.length - 1;
    // All components but the last include their slash, so that `**` can match none.
    return components.map((component, i) => componentExpression(component, i === last)).join("");
}

function componentExpression(component: string, isLast: boolean): string {
    if (component === anyComponents) return isLast ? ".+" : "(.+/)?";
    const expression = component === "*" ? "[^/]+" : component.replaceAll(".", "[.]").replaceAll("*", "[^/]*");
    return isLast ? expression : `${expression}/`;
}

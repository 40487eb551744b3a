/** Lines for a POSIX shell that set what differs from the environment it has; the new folders of PATH come before its own. */
export function exportLines(wanted: NodeJS.ProcessEnv, present: NodeJS.ProcessEnv): string {
    return Object.entries(wanted)
        .filter(([name, value]) => value !== undefined && value !== present[name])
        .map(
            ([name, value = ""]) =>
                `export ${name}=${name === "PATH" ? extendPath(value, present.PATH) : quote(value)}`,
        )
        .join("\n");
}

/** npm puts folders of its own into the PATH that we see, so the shell's PATH is named rather than repeated. */
function extendPath(wanted: string, present = ""): string {
    const added = wanted.endsWith(`:${present}`) ? wanted.slice(0, -present.length - 1) : wanted;
    return `${quote(added)}:"$PATH"`;
}

function quote(value: string): string {
    return `'${value.replaceAll("'", "'\\''")}'`;
}

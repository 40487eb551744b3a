/** Lines for a POSIX shell that set changed variables, and prepend new directories to its PATH. */
export function exportLines(wanted: NodeJS.ProcessEnv, present: NodeJS.ProcessEnv): string {
    return Object.entries(wanted)
        .filter(([name, value]) => value !== undefined && value !== present[name])
        .map(
            ([name, value = ""]) =>
                `export ${name}=${name === "PATH" ? extendPath(value, present.PATH) : quote(value)}`,
        )
        .join("\n");
}

/** npm adds directories to this process's PATH, so the line refers to the shell's PATH instead of repeating this one. */
function extendPath(wanted: string, present = ""): string {
    const added = wanted.endsWith(`:${present}`) ? wanted.slice(0, -present.length - 1) : wanted;
    return `${quote(added)}:"$PATH"`;
}

function quote(value: string): string {
    return `'${value.replaceAll("'", "'\\''")}'`;
}

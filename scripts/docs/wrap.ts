const width = 120;

/** Breaks a paragraph of Markdown into lines of at most 120 characters. Code in backticks stays on one line. */
export function wrapped(paragraph: string, indent = ""): string {
    const words = paragraph.match(/(?:`[^`]*`|[^\s`])+/g) ?? [];
    const lines: string[] = [];
    for (const word of words) {
        const longer = `${lines.at(-1)} ${word}`;
        if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
        else lines.push(lines.length === 0 ? word : indent + word);
    }
    return lines.join("\n");
}

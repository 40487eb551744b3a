import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../sandbox/paths";

/** A block of shell commands in a page of docs/. */
export interface CommandBlock {
    readonly commands: string;
    /** Why no test runs it; undefined if one does. */
    readonly notRun: string | undefined;
    /** Whether the comment before it says one of the two. */
    readonly isMarked: boolean;
}

/** The pages in docs/, by name without `.md`. */
export function pages(): string[] {
    const files = fs.readdirSync(path.join(repositoryRoot, "docs"));
    return files.filter((file) => file.endsWith(".md")).map((file) => path.parse(file).name);
}

/** The ```bash blocks in a page. The comment before each is `run` or `not run: <why>`. */
export function commandBlocks(page: string): CommandBlock[] {
    return blocksOf(fs.readFileSync(path.join(repositoryRoot, "docs", `${page}.md`), "utf8"));
}

export function blocksOf(text: string): CommandBlock[] {
    return [...text.matchAll(/^([^\n]*)\n( *)```bash\n(.*?)^ *```$/gms)].map((match) => {
        const [, before, indent, commands] = match;
        const mark = /<!-- (run|not run: (\S.*?)) -->$/.exec(before);
        return {
            commands: commands.replace(new RegExp(`^${indent}`, "gm"), ""),
            notRun: mark?.[2],
            isMarked: mark !== null,
        };
    });
}

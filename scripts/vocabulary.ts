import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../sandbox/paths";

/** A phrase to avoid: a regular expression, and what to write instead. */
export interface Phrase {
    readonly avoid: string;
    readonly write: string;
}

/** A line in which a phrase is right. */
export interface Excuse {
    readonly file: string;
    readonly text: string;
    readonly reason: string;
}

/** The content of vocabulary.yaml. */
export interface Vocabulary {
    readonly phrases: readonly Phrase[];
    readonly generated: readonly string[];
    readonly notYetCovered: readonly string[];
    readonly excused: readonly Excuse[];
}

export const mostExcuses = 25;

const vocabularyFile = "scripts/vocabulary.yaml";
const checkedFiles = ["*.md", "*.ts", "*.js", "*.cjs", "*.sh", "*.py", "*.yaml", "*.yml", ".ci/run", ".editorconfig"];

export function readVocabulary(): Vocabulary {
    return parse(fs.readFileSync(path.join(repositoryRoot, vocabularyFile), "utf8"));
}

/** The files that are checked: those under version control and new ones, without generated and not yet covered ones. */
export function coveredFiles({ generated, notYetCovered }: Vocabulary): string[] {
    const command = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...checkedFiles];
    const files = execFileSync("git", command, { cwd: repositoryRoot, encoding: "utf8" }).trimEnd().split("\n");
    const skipped = [vocabularyFile, ...generated, ...notYetCovered];
    return files.filter(
        (file) => !skipped.some((name) => (name.endsWith("/") ? file.startsWith(name) : file === name)),
    );
}

/** A space of a phrase also matches a line break, with the comment mark of the next line. */
function expression({ avoid }: Phrase): RegExp {
    return new RegExp(`(?<![\\w-])(?:${avoid.replaceAll(" ", "(?: |\\s+(?:[*#/>]+\\s+)?)")})(?![\\w-])`, "gi");
}

/** Every phrase to avoid in the texts of files, as lines for the terminal; also excuses that are too many or excuse nothing. */
export function vocabularyProblems(texts: ReadonlyMap<string, string>, { phrases, excused }: Vocabulary): string[] {
    const used = new Set<Excuse>();
    const found = [...texts].flatMap(([file, text]) =>
        phrases.flatMap((phrase) =>
            [...text.matchAll(expression(phrase))].flatMap(({ 0: match, index }) => {
                const number = text.slice(0, index).split("\n").length;
                const line = text.split("\n")[number - 1];
                const excuse = excused.find((one) => one.file === file && line.includes(one.text));
                if (excuse) used.add(excuse);
                return excuse ? [] : [`${file}:${number}: "${match.replace(/\s+/g, " ")}"; write: ${phrase.write}`];
            }),
        ),
    );
    const idle = excused.filter((excuse) => !used.has(excuse)).map(({ file, text }) => `${file}: "${text}"`);
    return [
        ...found,
        ...idle.map((excuse) => `${vocabularyFile}: excuses nothing: ${excuse}`),
        ...(excused.length > mostExcuses
            ? [`${vocabularyFile}: ${excused.length} excuses, of at most ${mostExcuses}`]
            : []),
    ];
}

if (require.main === module) {
    const vocabulary = readVocabulary();
    const read = (file: string) => [file, fs.readFileSync(path.join(repositoryRoot, file), "utf8")] as const;
    const problems = vocabularyProblems(new Map(coveredFiles(vocabulary).map(read)), vocabulary);
    for (const problem of problems) console.error(problem);
    process.exitCode = problems.length === 0 ? 0 : 1;
}

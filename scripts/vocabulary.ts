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
const checkedFiles = [
    "*.md",
    "*.ts",
    "*.js",
    "*.cjs",
    "*.sh",
    "*.awk",
    "*.py",
    "*.yaml",
    "*.yml",
    ".ci/run",
    ".editorconfig",
];

export function readVocabulary(): Vocabulary {
    return parse(fs.readFileSync(path.join(repositoryRoot, vocabularyFile), "utf8"));
}

/** The checked files: those under version control and new ones, without generated and not yet covered ones. */
export function coveredFiles({ generated, notYetCovered }: Vocabulary): string[] {
    const command = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...checkedFiles];
    const files = execFileSync("git", command, { cwd: repositoryRoot, encoding: "utf8" }).trimEnd().split("\n");
    const skipped = [vocabularyFile, ...generated, ...notYetCovered];
    const isSkipped = (file: string) =>
        skipped.some((name) => (name.endsWith("/") ? file.startsWith(name) : file === name));
    return files.filter((file) => !isSkipped(file) && fs.existsSync(path.join(repositoryRoot, file)));
}

/** A space in a phrase also matches a line break, with the comment prefix of the next line. */
function expression(avoid: string): RegExp {
    return new RegExp(`(?<![\\w-])(?:${avoid.replaceAll(" ", "(?: |\\s+(?:[*#/>]+\\s+)?)")})(?![\\w-])`, "gi");
}

/** Every phrase to avoid in these files, as lines for the terminal; also too many excuses, and excuses that excuse nothing. */
export function vocabularyProblems(texts: ReadonlyMap<string, string>, { phrases, excused }: Vocabulary): string[] {
    const used = new Set<Excuse>();
    const isExcused = (file: string, line: string) => {
        const excuses = excused.filter((excuse) => excuse.file === file && line.includes(excuse.text));
        for (const excuse of excuses) used.add(excuse);
        return excuses.length > 0;
    };
    const found = [...texts].flatMap(([file, text]) => {
        const matches = phrases.flatMap(({ avoid, write }) =>
            [...text.matchAll(expression(avoid))].map(({ 0: match, index }) => ({ match, index, write })),
        );
        return matches
            .sort((a, b) => a.index - b.index)
            .flatMap(({ match, index, write }) => {
                const number = text.slice(0, index).split("\n").length;
                if (isExcused(file, text.split("\n")[number - 1])) return [];
                return [`${file}:${number}: "${match.replace(/\s+/g, " ")}"; write: ${write}`];
            });
    });
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

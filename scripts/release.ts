import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../sandbox/paths";
import { breakingChanges } from "./docs/breakingChanges";
import { type PackageSchema, readSchema } from "./docs/schema";

/** The version and schema of a release. */
export interface Release {
    readonly version: string;
    readonly schema: PackageSchema;
}

/** Written by each release, for comparison with the next one. */
export const releaseFile = path.join(repositoryRoot, "test", "upgrade", "schema.json");

/** Undefined before the first release. */
export function lastRelease(file = releaseFile): Release | undefined {
    return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
}

/** Why a version must not be released with its schema, one sentence each. */
export function releaseProblems(last: Release | undefined, next: Release): string[] {
    if (last === undefined) return [];
    const [was, is] = [last.version, next.version].map(numbers);
    if (compare(is, was) <= 0) return [`${next.version} is not newer than ${last.version}`];
    // Semantic versioning: before 1.0.0, a minor version may break programs; afterwards, only a major one.
    const mayBreak = is[0] > was[0] || (was[0] === 0 && is[1] > was[1]);
    const broken = breakingChanges(last.schema, next.schema);
    if (mayBreak || broken.length === 0) return [];
    const kind = was[0] === 0 ? "minor" : "major";
    return [
        `${next.version} breaks programs that work with ${last.version}; release it as a ${kind} version`,
        ...broken,
    ];
}

/** The changelog, with the unreleased changes under the version's heading. */
export function releasedChangelog(text: string, version: string, date: string): string {
    const [head, unreleased, ...earlier] = text.split(/^(?=## )/m);
    const heading = "## Unreleased\n";
    if (!unreleased?.startsWith(heading) || unreleased.slice(heading.length).trim() === "") {
        throw new Error("CHANGELOG.md has no entry under `## Unreleased`; add what users need to know.");
    }
    return [head, `${heading}\n## ${version} (${date})\n`, unreleased.slice(heading.length), ...earlier].join("");
}

function numbers(version: string): number[] {
    return version.split("-")[0].split(".").map(Number);
}

function compare(a: number[], b: number[]): number {
    return a.map((part, i) => part - b[i]).find((difference) => difference !== 0) ?? 0;
}

/** The `version` script of package.json: npm has already written the new version, and commits the staged files. */
function release(): void {
    const { version } = JSON.parse(fs.readFileSync(path.join(repositoryRoot, "package.json"), "utf8"));
    const next = { version, schema: readSchema() };
    const problems = releaseProblems(lastRelease(), next);
    if (problems.length > 0) throw new Error(problems.join("\n  "));
    const changelog = path.join(repositoryRoot, "CHANGELOG.md");
    const today = new Date().toISOString().slice(0, 10);
    fs.writeFileSync(changelog, releasedChangelog(fs.readFileSync(changelog, "utf8"), version, today));
    fs.writeFileSync(releaseFile, `${JSON.stringify(next, undefined, 4)}\n`);
    // The next upgrade starts from this release, so there are no changes yet.
    fs.writeFileSync(path.join(repositoryRoot, "test", "upgrade", "changes.json"), "[]\n");
    for (const file of exampleManifests()) {
        fs.writeFileSync(file, withTarball(fs.readFileSync(file, "utf8"), version));
    }
}

function exampleManifests(): string[] {
    const examples = path.join(repositoryRoot, "examples");
    const files = fs.readdirSync(examples).map((name) => path.join(examples, name, "package.json"));
    return files.filter((file) => fs.existsSync(file));
}

/** An example's package.json, with the tarball of a version. */
export function withTarball(manifest: string, version: string): string {
    return manifest.replace(/private-registry-[^/"]*\.tgz/, `private-registry-${version}.tgz`);
}

if (require.main === module) {
    try {
        release();
    } catch (error) {
        console.error((error as Error).message);
        process.exitCode = 1;
    }
}

import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { rules } from "../../policy/rules";
import { repositoryRoot } from "../../sandbox/paths";
import { componentOf, readSchema, typeOf } from "../../scripts/docs/schema";

const read = (file: string) => fs.readFileSync(path.join(repositoryRoot, file), "utf8");
const text = read("CONTRIBUTING.md");
const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: repositoryRoot,
    encoding: "utf8",
});
const files = listed.trimEnd().split("\n");
const codeSpans = (markdown: string) => [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span);

/** The steps of a recipe, without their numbers. */
function recipe(title: string): string[] {
    const [, rest] = text.split(`### ${title}\n`);
    assert.ok(rest, `there is no recipe "${title}"`);
    const [section] = rest.split(/^##/m);
    return section.split(/^\d+\. /m).slice(1);
}

/** The files under version control that match a path with placeholders; the same placeholder always has the same value. */
function matching(pattern: string): string[] {
    const seen = new Set<string>();
    const expression = pattern
        .split(/(<\w+>)/)
        .map((part) => {
            const [, name] = /^<(\w+)>$/.exec(part) ?? [];
            if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
            if (seen.has(name)) return `\\k<${name}>`;
            seen.add(name);
            return `(?<${name}>[\\w-]+)`;
        })
        .join("");
    return files.filter((file) => new RegExp(`^${expression}${pattern.endsWith("/") ? ".*" : ""}$`).test(file));
}

const isPath = (span: string) =>
    /^[\w.<>-]+(\/[\w.<>-]+)*(\/|\.(ts|json|md|yaml|sh))$/.test(span) && !span.includes("…");
const recipes = ["Add an argument", "Add a kind of storage", "Add a policy rule"];

describe("CONTRIBUTING.md", () => {
    it("refers only to existing files and directories", () => {
        const paths = codeSpans(text).filter((span) => isPath(span) && span.includes("/"));
        assert.ok(paths.length > 20);
        assert.deepEqual(
            paths.filter((span) => matching(span).length === 0),
            [],
        );
    });

    it("refers only to existing npm scripts", () => {
        const { scripts } = JSON.parse(read("package.json"));
        const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script);
        assert.deepEqual(
            named.filter((script) => !(script in scripts)),
            [],
        );
    });

    for (const title of recipes) {
        it(`"${title}": each step refers to something in its file`, () => {
            let current: string[] = [];
            for (const step of recipe(title)) {
                const [first, ...others] = codeSpans(step);
                if (isPath(first)) current = matching(first);
                // A step that continues with the previous step's file.
                else if (!step.startsWith("In the same file")) continue;
                const names = (isPath(first) ? others : [first, ...others]).filter((span) =>
                    /^…?[A-Za-z]+$/.test(span),
                );
                const helpers = current.concat("components/arguments/shapes.ts", "policy/resource.ts");
                for (const name of names) {
                    const expression = new RegExp(`\\b${name.replace("…", "\\w+")}\\b`);
                    assert.ok(
                        helpers.some((file) => expression.test(read(file))),
                        `${name} is not in ${first}`,
                    );
                }
            }
        });
    }

    it('"Add an argument": each object argument has the files of the recipe', () => {
        const folders = matching("components/<argument>/<argument>.ts").map((file) => path.dirname(file));
        const names = folders.map((folder) => path.basename(folder));
        assert.ok(names.length >= 8, names.join());
        const { inputProperties } = componentOf(readSchema(), "PrivateRegistry");
        const args = read("components/privateRegistryArgs.ts");
        for (const name of names) {
            assert.ok(name in inputProperties, `${name} is no argument`);
            const source = read(`components/${name}/${name}.ts`);
            assert.match(source, /export const \w+Rules\b/, name);
            assert.match(args, new RegExp(`from "\\./${name}/`), name);
            assert.ok(files.includes(`test/unit/components/${name}/${name}.spec.ts`), name);
            assert.match(read("docs/arguments.md"), new RegExp(`^\\| \`${name}\``, "m"));
        }
    });

    it('"Add a kind of storage": each kind is where the recipe puts it', () => {
        const schema = readSchema();
        const { storage } = componentOf(schema, "PrivateRegistry").inputProperties;
        const kinds = Object.keys(typeOf(schema, storage)?.properties ?? {});
        assert.ok(kinds.length >= 6, kinds.join());
        const own = matching("components/storage/<kind>.ts").map((file) => path.parse(file).name);
        for (const kind of kinds) {
            assert.match(read("docs/storage.md"), new RegExp(`^\\| \`${kind}\``, "m"), kind);
            assert.match(read("test/upgrade/registries.ts"), new RegExp(`\\b${kind}\\b`), kind);
            assert.match(read("components/storage/storage.ts"), new RegExp(`\\b${kind}\\b`), kind);
            if (!own.includes(kind)) continue;
            assert.match(read(`components/storage/${kind}.ts`), /export interface \w+Storage\b/, kind);
            assert.ok(files.includes(`test/unit/components/storage/${kind}.spec.ts`), kind);
        }
    });

    it('"Add a policy rule": each rule is where the recipe puts it', () => {
        const cases = matching("test/policy/<topic>.cases.ts").map(read).join();
        for (const { name } of rules) {
            const file = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
            assert.match(read(`policy/rules/${file}.ts`), new RegExp(`name: "${name}"`));
            assert.ok(cases.includes(`describeRule("${name}"`), name);
            for (const profile of ["baseline", "strict"]) {
                assert.ok(name in JSON.parse(read(`policy/profiles/${profile}.json`)), `${profile}: ${name}`);
            }
        }
    });
});

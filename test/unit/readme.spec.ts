import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import * as components from "../../components";
import { repositoryRoot } from "../../sandbox/paths";
import { declare, resolved } from "./mocks";

const read = (file: string) => fs.readFileSync(path.join(repositoryRoot, file), "utf8");
const readme = read("README.md");

/** The TypeScript programs in a page. */
function programs(markdown: string): string[] {
    return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, program]) => program);
}

/** Runs a program that imports the package, and returns its exports. */
// biome-ignore lint/suspicious/noExplicitAny: a program may export anything
function run(program: string): any {
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(program, { compilerOptions });
    const module = { exports: {} };
    const load = (name: string) => (name === "private-registry" ? components : require(name));
    new Function("module", "exports", "require", outputText)(module, module.exports, load);
    return module.exports;
}

/** The compiler's errors in programs, each in a file with its name, in which the package is this repository. */
function complaints(sources: ReadonlyMap<string, string>): string[] {
    const options: ts.CompilerOptions = {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.CommonJS,
        moduleResolution: ts.ModuleResolutionKind.Node10,
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        types: [],
        paths: { "private-registry": [path.join(repositoryRoot, "components/index.ts")] },
    };
    const host = ts.createCompilerHost(options);
    const { fileExists, readFile, getSourceFile } = host;
    host.fileExists = (file) => sources.has(file) || fileExists.call(host, file);
    host.readFile = (file) => sources.get(file) ?? readFile.call(host, file);
    host.getSourceFile = (file, ...others) => {
        const source = sources.get(file);
        return source === undefined
            ? getSourceFile.call(host, file, ...others)
            : ts.createSourceFile(file, source, ts.ScriptTarget.ES2022);
    };
    const program = ts.createProgram([...sources.keys()], options, host);
    const found = [...sources.keys()].flatMap((file) => {
        const source = program.getSourceFile(file);
        return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    });
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("the programs in the documentation", () => {
    const pages = ["README.md", ...fs.readdirSync(path.join(repositoryRoot, "docs")).map((page) => `docs/${page}`)];
    const sources = new Map(
        pages.flatMap((page) =>
            programs(read(page)).map((program, i): [string, string] => [
                path.join(repositoryRoot, `${page.replace(/\W/g, "-")}-${i}.ts`),
                `${program}\nexport {};\n`,
            ]),
        ),
    );

    it("compile against this repository", function () {
        this.timeout(120_000);
        assert.ok(sources.size >= 2);
        assert.deepEqual(complaints(sources), []);
    });

    it("do not compile with a misspelled argument", function () {
        this.timeout(120_000);
        const [[file, program]] = sources;
        const misspelled = program.replace("pullSecrets", "pullSecret");
        assert.match(complaints(new Map([[file, misspelled]])).join(), /pullSecret/);
    });
});

describe("the first program of README.md", () => {
    const [first] = programs(readme);

    it("ends in the first 40 lines, and has at most five lines of code", () => {
        const before = readme.slice(0, readme.indexOf(first) + first.length);
        assert.ok(before.split("\n").length <= 40);
        assert.ok(first.split("\n").filter((line) => line.trim() !== "").length <= 5);
    });

    it("declares a registry with a pull secret, and exports its host and password", async () => {
        // biome-ignore lint/suspicious/noExplicitAny: what the program exports
        let outputs: any;
        const resources = await declare(() => {
            outputs = run(first);
        });
        assert.equal(resources.named("registry-deployment").length, 1);
        const pullSecret = resources.one("Secret", "registry-access-pull-secret-team-a");
        assert.equal(pullSecret.inputs.metadata.namespace, "team-a");
        assert.equal(await resolved(outputs.host), "registry.registry.svc.cluster.local");
        assert.ok(resources.secrets.includes(await resolved(outputs.password)));
    });
});

import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as ts from "typescript";
import { repositoryRoot } from "../../../sandbox/paths";

const npm = (args: string[], cwd = repositoryRoot) =>
    execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

describe("the packed package", function () {
    // npm, the compiler and Node take long to start.
    this.timeout(180_000);
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-tarball-"));
    const consumer = path.join(work, "consumer");
    const installed = path.join(consumer, "node_modules", "private-registry");
    let files: string[];

    before(() => {
        const [{ filename, files: packed }] = JSON.parse(
            npm(["pack", "--json", "--ignore-scripts", "--pack-destination", work]),
        );
        files = packed.map((file: { path: string }) => file.path);
        fs.mkdirSync(installed, { recursive: true });
        execFileSync("tar", ["-xzf", path.join(work, filename), "--strip-components=1", "-C", installed]);
        // Peer dependencies and dependencies are in the parent directory.
        fs.symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(work, "node_modules"));
    });
    after(() => fs.rmSync(work, { recursive: true, force: true }));

    it("contains the compiled library and command with types, source maps and scripts, and nothing else", () => {
        const expected = ["cli", "components"].flatMap((folder) => {
            const sources = fs.readdirSync(path.join(repositoryRoot, folder), { encoding: "utf8", recursive: true });
            return sources.flatMap((source) => {
                const name = `dist/${folder}/${source.replace(/\.ts$/, "")}`;
                if (source.endsWith(".ts")) return [`${name}.js`, `${name}.js.map`, `${name}.d.ts`];
                return /\.(sh|awk)$/.test(source) ? [name] : [];
            });
        });
        const always = ["LICENSE", "README.md", "package.json"];
        assert.deepEqual(files.sort(), [...always, ...expected].sort());
    });

    it("has source maps with the source, which is not in the package", () => {
        for (const file of files.filter((name) => name.endsWith(".map"))) {
            const { sourcesContent } = JSON.parse(fs.readFileSync(path.join(installed, file), "utf8"));
            const source = path.join(repositoryRoot, file.replace(/^dist\//, "").replace(/\.js\.map$/, ".ts"));
            assert.equal(sourcesContent.length, 1);
            assert.ok(sourcesContent[0] === fs.readFileSync(source, "utf8"), `${file} holds another source`);
        }
    });

    it("can be required and imported by plain JavaScript", () => {
        const names = "[PrivateRegistry, RegistryAccess].map((c) => c.name).join()";
        fs.writeFileSync(
            path.join(consumer, "plain.mjs"),
            `import { createRequire } from "node:module";
            import { PrivateRegistry, RegistryAccess } from "private-registry";
            const required = createRequire(import.meta.url)("private-registry");
            console.log(${names}, required.PrivateRegistry === PrivateRegistry, required.AccessMode.ReadWriteMany);`,
        );
        const printed = execFileSync(process.execPath, ["plain.mjs"], { cwd: consumer, encoding: "utf8" });
        assert.equal(printed.trim(), "PrivateRegistry,RegistryAccess true ReadWriteMany");
    });

    const right = `
        import * as pulumi from "@pulumi/pulumi";
        import { AccessMode, PrivateRegistry, type PrivateRegistryArgs } from "private-registry";
        const args: PrivateRegistryArgs = { storage: { volume: { accessMode: AccessMode.ReadWriteMany } } };
        export const password: pulumi.Output<string> = new PrivateRegistry("registry", args).password;`;
    const resolutions = {
        node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
        bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
    };
    for (const [name, resolution] of Object.entries(resolutions)) {
        it(`compiles with module resolution ${name}, from CommonJS, ES modules and checked JavaScript, like the examples`, () => {
            const written = {
                "common.cts": right,
                "module.mts": right,
                "checked.mjs": right.replace("type PrivateRegistryArgs", "").replace(/: [\w.<>]+ =/g, " ="),
                "wrong.mts": right.replace("storage:", "storages:"),
            };
            for (const [file, text] of Object.entries(written)) fs.writeFileSync(path.join(consumer, file), text);
            const examples = ["minimal", "team", "complete"].map((example) => {
                const target = path.join(consumer, `${example}.ts`);
                fs.copyFileSync(path.join(repositoryRoot, "examples", example, "index.ts"), target);
                return target;
            });
            const found = diagnose([...Object.keys(written).map((file) => path.join(consumer, file)), ...examples], {
                ...resolution,
                target: ts.ScriptTarget.ES2022,
                strict: true,
                checkJs: true,
                noEmit: true,
                types: [],
            });
            assert.match(found["wrong.mts"], /'storages' does not exist in type 'PrivateRegistryArgs'/);
            delete found["wrong.mts"];
            assert.deepEqual(found, {});
        });
    }

    /** Other packages' declarations by name and format, read once, because @pulumi/kubernetes takes most of the time. */
    const declarations = new Map<string, ts.SourceFile | undefined>();

    function compilerHost(options: ts.CompilerOptions): ts.CompilerHost {
        const host = ts.createCompilerHost(options);
        const { getSourceFile } = host;
        host.getSourceFile = (file, target, ...others) => {
            if (file.startsWith(fs.realpathSync(consumer))) return getSourceFile(file, target, ...others);
            const key = `${file} ${typeof target === "object" ? target.impliedNodeFormat : undefined}`;
            if (!declarations.has(key)) declarations.set(key, getSourceFile(file, target, ...others));
            return declarations.get(key);
        };
        return host;
    }

    /** The compiler's errors in the consumer's files and the package's types. */
    function diagnose(roots: string[], options: ts.CompilerOptions): Record<string, string> {
        const program = ts.createProgram(roots, options, compilerHost(options));
        const checked = program.getSourceFiles().filter((file) => file.fileName.startsWith(fs.realpathSync(consumer)));
        assert.ok(checked.some((file) => file.fileName.endsWith("private-registry/dist/components/index.d.ts")));
        const all = checked.flatMap((file) => ts.getPreEmitDiagnostics(program, file));
        return Object.fromEntries(
            all.map(({ file, messageText }) => [
                path.basename(file?.fileName ?? ""),
                ts.flattenDiagnosticMessageText(messageText, "\n"),
            ]),
        );
    }
});

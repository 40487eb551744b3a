import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../../sandbox/paths";

/** tsconfig.json as `pulumi new typescript` writes it. */
const compilerOptions = {
    strict: true,
    outDir: "bin",
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node",
    sourceMap: true,
    experimentalDecorators: true,
    pretty: true,
    noFallthroughCasesInSwitch: true,
    noImplicitReturns: true,
    forceConsistentCasingInFileNames: true,
};

/** The dependencies of `pulumi new typescript`, without any provider's SDK. */
const packages = ["@pulumi/pulumi", "@types/node", "typescript"];

/** Writes a TypeScript program without resources to a directory. */
export function writeEmptyProgram(folder: string): void {
    const files = {
        "Pulumi.yaml": "name: empty\nruntime: nodejs\n",
        "package.json": JSON.stringify({ name: "empty", main: "index.ts" }),
        "tsconfig.json": JSON.stringify({ compilerOptions, files: ["index.ts"] }),
        "index.ts": "export const nothing = 1;\n",
    };
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
    for (const name of packages) {
        const place = path.join(folder, "node_modules", name);
        fs.mkdirSync(path.dirname(place), { recursive: true });
        fs.symlinkSync(fs.realpathSync(path.join(repositoryRoot, "node_modules", name)), place);
    }
}

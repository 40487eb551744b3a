import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { repositoryRoot } from "../../sandbox/paths";
import { type Component, componentOf, leavesOf, readSchema } from "../../scripts/docs/schema";

const folder = path.join(repositoryRoot, "examples");

/** The value of a property in the source: an object, a list, or `true` for anything else. */
type Written = true | Written[] | { [name: string]: Written };

function written(node: ts.Expression): Written {
    if (ts.isArrayLiteralExpression(node)) return node.elements.map(written);
    if (!ts.isObjectLiteralExpression(node)) return true;
    const fields = node.properties.filter(ts.isPropertyAssignment);
    return Object.fromEntries(
        fields.map(({ name, initializer }) => [(name as ts.Identifier | ts.StringLiteral).text, written(initializer)]),
    );
}

/** The arguments of every `new <component>(name, arguments)` in a program. */
function argumentsOf(file: string, component: string): Written[] {
    const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
    const found: Written[] = [];
    const visit = (node: ts.Node) => {
        if (ts.isNewExpression(node) && node.expression.getText() === component && node.arguments?.[1]) {
            found.push(written(node.arguments[1]));
        }
        ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
}

/** Whether there is a value at a path such as `users[].name` or `labels{}`. */
function has(value: Written | undefined, [step, ...further]: string[]): boolean {
    if (value === undefined) return false;
    if (step === undefined) return true;
    if (value === true) return false;
    if (step === "[]") return Array.isArray(value) && value.some((element) => has(element, further));
    if (Array.isArray(value)) return false;
    if (step === "{}") return Object.values(value).some((element) => has(element, further));
    return has(value[step], further);
}

const steps = (leaf: string) => leaf.match(/\[\]|\{\}|[^.[{]+/g) ?? [];

describe("the examples", () => {
    const schema = readSchema();

    for (const name of ["PrivateRegistry", "RegistryAccess"]) {
        it(`complete sets every argument of ${name}`, () => {
            const component: Component = componentOf(schema, name);
            const files = fs.readdirSync(path.join(folder, "complete")).filter((file) => file.endsWith(".ts"));
            const given = files.flatMap((file) => argumentsOf(path.join(folder, "complete", file), name));
            const missing = leavesOf(schema, component.inputProperties)
                .map((leaf) => leaf.path)
                .filter((leaf) => !given.some((args) => has(args, steps(leaf))));
            assert.deepEqual(missing, []);
        });
    }

    it("complete exports every output of PrivateRegistry", () => {
        const text = fs.readFileSync(path.join(folder, "complete", "index.ts"), "utf8");
        const [, list = ""] = /^export const \{([^}]*)\} = registry;$/m.exec(text) ?? [];
        const exported = [...list.matchAll(/\w+/g)].map(([name]) => name);
        assert.deepEqual(exported.sort(), Object.keys(componentOf(schema, "PrivateRegistry").properties).sort());
    });

    it("each have a description", () => {
        for (const example of fs.readdirSync(folder).filter((name) => !name.includes("."))) {
            assert.ok(fs.existsSync(path.join(folder, example, "README.md")), `${example} has no README.md`);
        }
    });

    it("refer to the tarball of this version", () => {
        const { version } = JSON.parse(fs.readFileSync(path.join(repositoryRoot, "package.json"), "utf8"));
        for (const example of ["minimal", "complete", "team"]) {
            const manifest = JSON.parse(fs.readFileSync(path.join(folder, example, "package.json"), "utf8"));
            assert.equal(manifest.dependencies["private-registry"], `file:../../private-registry-${version}.tgz`);
        }
    });

    it("consume-from-yaml is a project of at most fifteen lines", () => {
        const text = fs.readFileSync(path.join(folder, "consume-from-yaml", "Pulumi.yaml"), "utf8");
        assert.ok(text.trimEnd().split("\n").length <= 15);
    });
});

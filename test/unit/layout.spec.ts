import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { repositoryRoot } from "../../sandbox/paths";

const folder = path.join(repositoryRoot, "components");

/** Object arguments that several parts share, or that describe a part of the server. Each is in a file with its name. */
const elsewhere = {
    resources: "kubernetes/resources.ts",
    scheduling: "kubernetes/scheduling.ts",
    rollout: "server/rollout.ts",
    serviceAccount: "server/serviceAccount.ts",
    pullSecrets: "users/pullSecrets.ts",
    log: "server/log.ts",
};

/** The limit leaves room for a new directory with eight arrows. */
const most = { arrows: 102, floors: 10 };

function filesBelow(root: string, ending: string): string[] {
    return fs.readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(ending));
}

function parse(file: string): ts.SourceFile {
    return ts.createSourceFile(file, fs.readFileSync(path.join(folder, file), "utf8"), ts.ScriptTarget.ES2022);
}

/** The file below components/ that a relative import or export refers to. */
function targetOf(file: string, specifier: string): string {
    return `${path.join(path.dirname(file), specifier)}.ts`;
}

/** The files that a file imports or exports from, including type imports. */
function importsOf(file: string): string[] {
    return parse(file).statements.flatMap((statement) => {
        const isImport = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
        const specifier = isImport ? statement.moduleSpecifier : undefined;
        if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith(".")) return [];
        return [targetOf(file, specifier.text)];
    });
}

function interfaceIn(file: string, name: string): ts.InterfaceDeclaration | undefined {
    return parse(file)
        .statements.filter(ts.isInterfaceDeclaration)
        .find((declaration) => declaration.name.text === name);
}

/** The file that declares each interface that a file imports, by its name. */
function importedInterfaces(file: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const statement of parse(file).statements) {
        if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
        const names = statement.importClause?.namedBindings;
        if (names === undefined || !ts.isNamedImports(names)) continue;
        const target = targetOf(file, statement.moduleSpecifier.text);
        for (const { name } of names.elements) {
            if (statement.moduleSpecifier.text.startsWith(".") && interfaceIn(target, name.text)) {
                found.set(name.text, target);
            }
        }
    }
    return found;
}

/** The file with the interface of each argument that is an object or a list of objects. */
function objectArguments(): Map<string, string> {
    const file = "privateRegistryArgs.ts";
    const interfaces = importedInterfaces(file);
    const found = new Map<string, string>();
    for (const member of interfaceIn(file, "PrivateRegistryArgs")?.members ?? []) {
        if (!ts.isPropertySignature(member) || !ts.isIdentifier(member.name) || member.type === undefined) continue;
        const type = ts.isArrayTypeNode(member.type) ? member.type.elementType : member.type;
        const name = ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) ? type.typeName.text : "";
        const source = interfaces.get(name);
        if (source !== undefined) found.set(member.name.text, source);
    }
    return found;
}

/** A room is a directory of components/, or a file outside of all directories. */
const roomOf = (file: string) => file.split("/")[0];

/** The rooms that each room imports from. */
function arrows(): Map<string, Set<string>> {
    const rooms = new Map<string, Set<string>>();
    for (const file of filesBelow(folder, ".ts")) {
        const from = roomOf(file);
        const targets = rooms.get(from) ?? new Set();
        for (const to of importsOf(file).map(roomOf)) if (to !== from) targets.add(to);
        rooms.set(from, targets);
    }
    return rooms;
}

/** The rooms on the longest path from a room; throws if there is a cycle. */
function floorsBelow(rooms: Map<string, Set<string>>, room: string, above: readonly string[] = []): number {
    const way = [...above, room];
    assert.ok(!above.includes(room), `rooms import each other: ${way.join(" > ")}`);
    return 1 + Math.max(0, ...[...(rooms.get(room) ?? [])].map((next) => floorsBelow(rooms, next, way)));
}

describe("the layout of components/", () => {
    it("has the interface of each object argument in the argument's directory or file, with a few exceptions", () => {
        const files = objectArguments();
        assert.ok(files.size >= 14, `found only ${[...files.keys()].join(", ")}`);
        const notThere = [...files].filter(([name, file]) => file !== `${name}.ts` && !file.startsWith(`${name}/`));
        assert.deepEqual(Object.fromEntries(notThere), elsewhere);
    });

    it("has few arrows between its directories, and no cycle", () => {
        const rooms = arrows();
        const count = [...rooms.values()].reduce((sum, targets) => sum + targets.size, 0);
        assert.ok(count > 0 && count <= most.arrows, `${count} arrows between folders, of at most ${most.arrows}`);
        const floors = Math.max(...[...rooms.keys()].map((room) => floorsBelow(rooms, room)));
        assert.ok(floors <= most.floors, `${floors} floors of folders, of at most ${most.floors}`);
    });

    it("is the layout of the unit tests", () => {
        const tests = filesBelow(path.join(repositoryRoot, "test/unit/components"), ".spec.ts");
        const exists = (file: string) => fs.existsSync(path.join(folder, file));
        const tested = tests.map((test) => test.replace(/(\.refusals)?\.spec\.ts$/, ""));
        const lost = tested.filter((file) => !exists(/\.(sh|awk)$/.test(file) ? file : `${file}.ts`));
        assert.deepEqual(lost, []);
    });

    it("is the layout of the integration tests", () => {
        const integration = path.join(repositoryRoot, "test/integration");
        const folders = [...new Set(filesBelow(integration, ".spec.ts").map((test) => path.dirname(test)))];
        const others = folders.filter((name) => !fs.existsSync(path.join(folder, name)));
        assert.deepEqual(others.sort(), ["package", "plugins", "policy", "sandbox"]);
    });
});

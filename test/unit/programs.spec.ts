import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { debianPackages } from "../../sandbox/cluster/machine";
import { repositoryRoot } from "../../sandbox/paths";
import { families } from "../../sandbox/toolchain/families";

/** Programs of packages that are installed on every Debian. */
const ofDebian = {
    apt: ["apt-get"],
    bash: ["bash"],
    coreutils: "cat chmod cp date dd dirname du hostname mkdir mknod mktemp mv rm sleep tail touch".split(" "),
    dash: ["sh"],
    dpkg: ["dpkg", "dpkg-deb", "dpkg-query"],
    findutils: ["find"],
    grep: ["grep"],
    hostname: ["hostname"],
    "libc-bin": ["ldd"],
    tar: ["tar"],
    "util-linux": ["flock", "mount", "nsenter", "pivot_root", "setpriv", "umount", "unshare"],
};

/** The programs of packages that the README lists, or that the caller installs first. */
const ofPackages: Readonly<Record<string, readonly string[]>> = {
    curl: ["curl"],
    debootstrap: ["debootstrap"],
    git: ["git"],
    iproute2: ["ip"],
    ipset: ["ipset"],
    iptables: ["iptables", "iptables-save"],
    kmod: ["modprobe"],
    "openssh-client": ["ssh", "ssh-keygen"],
    openssl: ["openssl"],
    procps: ["pkill", "sysctl"],
    "redis-tools": ["redis-cli", "/usr/bin/redis-check-rdb"],
};

/** Optional programs: the caller works without them, or has another source. */
const optional = ["python3", "shellcheck"];

const callers = [
    "attempt",
    "execFile",
    "execFileSync",
    "execute",
    "run",
    "runInTerminal",
    "runToEnd",
    "spawn",
    "spawnSync",
];

const read = (file: string) => fs.readFileSync(path.join(repositoryRoot, file), "utf8");

function files(folder: string, ending: RegExp): string[] {
    const names = fs.readdirSync(path.join(repositoryRoot, folder), { recursive: true, encoding: "utf8" });
    return names.filter((name) => ending.test(name)).map((name) => path.join(folder, name));
}

const sources = ["sandbox", "scripts", "test/bench", "test/integration", "test/policy"].flatMap((folder) =>
    files(folder, /\.[jt]s$/),
);

/** The programs that a script starts by a literal name. */
function programsOf(file: string): string[] {
    const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022);
    const constants = new Map<string, ts.Expression>();
    const calls: ts.Expression[] = [];
    (function visit(node: ts.Node): void {
        if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
            constants.set(node.name.text, node.initializer);
        }
        if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && callers.includes(node.expression.text)) {
            calls.push(node.arguments[0]);
        }
        ts.forEachChild(node, visit);
    })(source);
    return calls.flatMap((first) => firstWord(first, constants) ?? []);
}

/** The first word of a command: a string, or the first element of an array, also through a constant. */
function firstWord(node: ts.Expression | undefined, constants: Map<string, ts.Expression>): string | undefined {
    if (node === undefined) return undefined;
    if (ts.isStringLiteral(node)) return node.text.split(" ")[0];
    if (ts.isArrayLiteralExpression(node)) return firstWord(node.elements[0], constants);
    if (ts.isSpreadElement(node)) return firstWord(node.expression, constants);
    // "a b c".split(" ")
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
        return firstWord(node.expression.expression, constants);
    }
    return ts.isIdentifier(node) ? firstWord(constants.get(node.text), constants) : undefined;
}

/** The first words of a shell script's commands, without builtins and the script's functions. */
function programsOfShell(text: string): string[] {
    const code = text
        .replace(/<<EOS[\s\S]*?^EOS$/gm, "")
        .replace(/\\\n/g, " ")
        .replace(/(^|\s)#.*$/gm, "");
    const commands = code.split(/\n|;|&&|\|\||\||\$\(|\{ |\b(?:then|do|else|if|while|until|!)\s/);
    const functions = [...code.matchAll(/^(\w+)\(\)/gm)].map(([, name]) => name);
    const words = commands.map(
        (command) =>
            command
                .trim()
                .replace(/^(?:\w+=\S*\s+)+/, "")
                .split(/\s/)[0],
    );
    const shell =
        /^(?:\[|\.|\w+=.*|for|done|fi|break|continue|kill|keep|step|cd|set|trap|exit|echo|read|exec|export|wait|true|command|printf|local|return|case|esac|then|do|else|\W.*|)$/;
    // `keep` and `step` run their arguments.
    const kept = [...code.matchAll(/\b(?:keep|exec) ([a-z][\w-]*)/g)].map(([, name]) => name);
    return [...words, ...kept].filter(
        (word) => !shell.test(word) && !functions.includes(word) && !/[)"'$*]/.test(word),
    );
}

describe("the programs that scripts call", () => {
    const prerequisites = /^You need (Debian .*?);/ms.exec(read("README.md"))?.[1] ?? "";
    const installed = new Set<string>(debianPackages);
    for (const file of sources) {
        for (const [, list] of read(file).matchAll(/ensureDebianPackages\(\[(.*?)\]/g)) {
            for (const [, name] of list.matchAll(/"([^"]+)"/g)) installed.add(name);
        }
    }
    const ofTheRest = Object.entries(ofPackages)
        .filter(([name]) => installed.has(name) || prerequisites.includes(`\`${name}\``))
        .flatMap(([, programs]) => programs);
    const known = new Set([
        ...Object.values(ofDebian).flat(),
        ...ofTheRest,
        ...families.flatMap(({ packages }) => Object.keys(packages)),
        ...["go", "node", "npm", "npx"],
        ...optional,
    ]);
    const unknown = (programs: readonly string[]) => [...new Set(programs)].filter((name) => !known.has(name));

    it("are listed in the README, installed before use, built, or part of every Debian: in TypeScript", () => {
        const found = sources.flatMap((file) => unknown(programsOf(file)).map((name) => `${file}: ${name}`));
        assert.deepEqual(found, []);
        const all = new Set(sources.flatMap(programsOf));
        for (const name of ["apt-get", "flock", "git", "ip", "kubectl", "setpriv", "unshare"])
            assert.ok(all.has(name), name);
    });

    it("are listed in the README, installed before use, built, or part of every Debian: in shell scripts", () => {
        // Scripts of components/ and sandbox/images/ run in pods, with the programs of their image.
        const scripts = [...files("sandbox/cluster", /\.sh$/), ...files("test/bench", /\.sh$/), ".ci/run"];
        assert.ok(scripts.length >= 5);
        const found = scripts.flatMap((file) => unknown(programsOfShell(read(file))).map((name) => `${file}: ${name}`));
        assert.deepEqual(found, []);
        assert.ok(programsOfShell(read("sandbox/cluster/node.sh")).includes("ip"));
    });

    it("are listed in the README, installed before use, built, or part of every Debian: in package.json, with its dependencies' programs", () => {
        const { scripts, devDependencies } = JSON.parse(read("package.json"));
        const binaries = Object.keys(devDependencies).flatMap((name) => {
            const { bin = {} } = JSON.parse(read(`node_modules/${name}/package.json`));
            return typeof bin === "string" ? [path.basename(name)] : Object.keys(bin);
        });
        const words = Object.values<string>(scripts).flatMap((script) =>
            script.split(" && ").map((command) => command.replace(/^(?:\w+=\S+ )+/, "").split(" ")[0]),
        );
        assert.deepEqual(
            unknown(words).filter((name) => !binaries.includes(name)),
            [],
        );
    });
});

// Compiles everything into dist, and copies the shell and awk scripts of the components and the files of the policy pack next to the compiled
// sources. As a module, it does so only if a source has changed since the last build. It is plain JavaScript, because it runs before
// any TypeScript is compiled.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const dist = path.join(root, "dist");
const record = path.join(dist, ".built-from");

/** Every source file of the build, with its size and modification time. */
function sources() {
    const files = ["package-lock.json", "tsconfig.json", "tsconfig.build.json", "index.ts", "settings.ts"];
    files.push("policy/PulumiPolicy.yaml", "policy/package.json");
    for (const folder of ["cli", "components", "policy", "sandbox", "scripts", "test/bench"]) {
        for (const entry of fs.readdirSync(path.join(root, folder), { recursive: true })) {
            if (/\.(ts|sh|awk)$/.test(entry)) files.push(path.join(folder, entry));
        }
    }
    const lines = files.map((file) => {
        const stat = fs.statSync(path.join(root, file));
        return `${file} ${stat.size} ${stat.mtimeMs}`;
    });
    return lines.sort().join("\n");
}

function build() {
    const now = sources();
    fs.rmSync(dist, { recursive: true, force: true });
    const compiler = require.resolve("typescript/bin/tsc", { paths: [root] });
    const compiled = spawnSync(process.execPath, [compiler, "-p", path.join(root, "tsconfig.build.json")], {
        stdio: ["ignore", "inherit", "inherit"],
    });
    if (compiled.status !== 0) {
        console.error("The TypeScript could not be compiled.");
        process.exit(compiled.status || 1);
    }
    for (const file of fs.readdirSync(path.join(root, "components"), { recursive: true })) {
        if (/\.(sh|awk)$/.test(file)) {
            fs.copyFileSync(path.join(root, "components", file), path.join(dist, "components", file));
        }
    }
    // The compiled policy pack starts in a second. From its sources, Pulumi type-checks it for several seconds on every start.
    for (const file of ["PulumiPolicy.yaml", "package.json"]) {
        fs.copyFileSync(path.join(root, "policy", file), path.join(dist, "policy", file));
    }
    fs.writeFileSync(record, now);
}

function buildIfChanged() {
    if (fs.existsSync(record) && fs.readFileSync(record, "utf8") === sources()) return;
    console.error("compiling TypeScript ...");
    build();
}

module.exports = { buildIfChanged };
if (require.main === module) build();

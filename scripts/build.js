// Compiles everything into dist, and puts the shell scripts that run in pods beside the compiled components and the policy pack's
// own files beside its rules.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const dist = path.join(root, "dist");

fs.rmSync(dist, { recursive: true, force: true });
const compiler = require.resolve("typescript/bin/tsc", { paths: [root] });
const compiled = spawnSync(process.execPath, [compiler, "-p", path.join(root, "tsconfig.build.json")], {
    stdio: "inherit",
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);
for (const file of fs.readdirSync(path.join(root, "components"))) {
    if (file.endsWith(".sh")) fs.copyFileSync(path.join(root, "components", file), path.join(dist, "components", file));
}
// The compiled policy pack starts in a second; Pulumi type-checks the sources for several on every start.
for (const file of ["PulumiPolicy.yaml", "package.json"]) {
    fs.copyFileSync(path.join(root, "policy", file), path.join(dist, "policy", file));
}

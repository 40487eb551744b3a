// Runs before every npm script: installs the packages and compiles the TypeScript when, and only when, they are out of
// date, so that each script works on a new clone and costs nothing on an old one. Plain JavaScript, because it is what
// makes TypeScript available.
const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
process.chdir(root);

function read(file) {
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

function run(what, command, args) {
    console.error(`${what} ...`);
    const done = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
    if (done.status !== 0) {
        console.error(`${what} failed: ${command} ${args.join(" ")}`);
        process.exit(done.status || 1);
    }
}

/** Every source file that the build reads, with its size and time of change. */
function sources() {
    const files = ["package-lock.json", "tsconfig.json", "tsconfig.build.json", "index.ts", "settings.ts"];
    files.push("policy/PulumiPolicy.yaml", "policy/package.json");
    for (const folder of ["components", "policy", "sandbox", "scripts", "test/bench"]) {
        for (const entry of fs.readdirSync(folder, { recursive: true })) {
            if (entry.endsWith(".ts") || entry.endsWith(".sh")) files.push(path.join(folder, entry));
        }
    }
    return files.map((file) => {
        const stat = fs.statSync(file);
        return `${file} ${stat.size} ${stat.mtimeMs}`;
    });
}

const lock = createHash("sha256").update(fs.readFileSync("package-lock.json")).digest("hex");
const installed = path.join("node_modules", ".installed-lock");
if (read(installed) !== lock) {
    run("installing npm packages", "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    fs.writeFileSync(installed, lock);
}

const built = path.join("dist", ".built-from");
const now = sources().sort().join("\n");
if (read(built) !== now) {
    run("compiling TypeScript", process.execPath, ["scripts/build.js"]);
    fs.writeFileSync(built, now);
}

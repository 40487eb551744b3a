// Runs before every npm script: installs the packages and compiles the TypeScript only if they are out of
// date, so that each script works on a new clone and starts fast later. It is plain JavaScript, because it runs before
// TypeScript is available.
const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { buildIfChanged } = require("./build.js");

process.chdir(path.resolve(__dirname, ".."));

const lock = createHash("sha256").update(fs.readFileSync("package-lock.json")).digest("hex");
const installed = path.join("node_modules", ".installed-lock");
if (!fs.existsSync(installed) || fs.readFileSync(installed, "utf8") !== lock) {
    console.error("installing npm packages ...");
    const command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    const { status } = spawnSync("npm", command, { stdio: ["ignore", "inherit", "inherit"] });
    if (status !== 0) {
        console.error(`installing npm packages failed: npm ${command.join(" ")}`);
        process.exit(status || 1);
    }
    fs.writeFileSync(installed, lock);
}
buildIfChanged();

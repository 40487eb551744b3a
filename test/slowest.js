// Prints which tests and hooks of all test runs that wrote their times into a folder took longest, the same of spec files, and the
// tools that were built since the folder was made.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const most = 20;
const [folder] = process.argv.slice(2);

const records = fs.readdirSync(folder).map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")));
const times = records.flatMap((record) => record.times);
const files = new Map();
for (const { file, seconds } of times) files.set(file, (files.get(file) ?? 0) + seconds);

print(
    "The slowest tests and hooks:",
    times.map(({ file, title, seconds }) => [seconds, `${file}: ${title}`]),
);
print(
    "The slowest files:",
    [...files].map(([file, seconds]) => [seconds, file]),
);
print("Built:", builds());

function print(heading, rows) {
    const slowest = rows.sort(([a], [b]) => b - a).slice(0, most);
    console.log(
        [heading, ...slowest.map(([seconds, name]) => `${seconds.toFixed(1).padStart(8)} s  ${name}`)].join("\n"),
    );
}

/** The toolchain notes each build on a line: when it ended, how many seconds it took, and what it was. */
function builds() {
    const cache =
        process.env.PRIVATE_REGISTRY_CACHE ??
        path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "private-registry");
    const file = path.join(cache, "logs", "builds");
    if (!fs.existsSync(file)) return [];
    const since = fs.statSync(folder).birthtimeMs;
    const lines = fs
        .readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => line.split(" "));
    return lines
        .filter(([ended]) => Date.parse(ended) > since)
        .map(([, seconds, ...name]) => [Number(seconds), name.join(" ")]);
}

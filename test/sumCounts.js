// Prints `N passed, N failed, N skipped` over all test runs that wrote their numbers. A step that failed without a failed test
// counts as one failure, and so does a run without any tests.
const fs = require("node:fs");
const path = require("node:path");

const [folder, stepFailed] = process.argv.slice(2);
const runs = fs.readdirSync(folder).map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")));
const sum = (key) => runs.reduce((total, run) => total + run[key], 0);
const passed = sum("passes");
let failed = sum("failures");
if (failed === 0 && (stepFailed === "1" || passed === 0)) failed = 1;
console.log(`${passed} passed, ${failed} failed, ${sum("pending")} skipped`);
process.exit(failed === 0 ? 0 : 1);

// What Pulumi runs: index.ts, compiled when it has changed and not on every run.
require("./scripts/build.js").buildIfChanged();

module.exports = require("./dist/index.js");

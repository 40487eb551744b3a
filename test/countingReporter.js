// Mocha's spec reporter that also writes the numbers of tests into a file of the folder $MOCHA_COUNTS, when that is set.
const fs = require("node:fs");
const path = require("node:path");
const { reporters, Runner } = require("mocha");

module.exports = class CountingReporter extends reporters.Spec {
    constructor(runner, options) {
        super(runner, options);
        runner.once(Runner.constants.EVENT_RUN_END, () => {
            const folder = process.env.MOCHA_COUNTS;
            if (!folder) return;
            const { passes, failures, pending } = this.stats;
            fs.writeFileSync(path.join(folder, `${process.pid}.json`), JSON.stringify({ passes, failures, pending }));
        });
    }
};

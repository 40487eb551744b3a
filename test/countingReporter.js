// Mocha's spec reporter, which also writes the numbers of tests and the duration of each test and hook to a file in the directory
// $MOCHA_COUNTS, if that is set.
const fs = require("node:fs");
const path = require("node:path");
const { reporters, Runner } = require("mocha");

const { EVENT_HOOK_END, EVENT_RUN_END, EVENT_TEST_END } = Runner.constants;

module.exports = class CountingReporter extends reporters.Spec {
    constructor(runner, options) {
        super(runner, options);
        const times = [];
        const note = (runnable) => {
            const file = path.relative(process.cwd(), runnable.file ?? "");
            times.push({ file, title: runnable.fullTitle(), seconds: (runnable.duration ?? 0) / 1000 });
        };
        runner.on(EVENT_TEST_END, note);
        runner.on(EVENT_HOOK_END, note);
        runner.once(EVENT_RUN_END, () => {
            const folder = process.env.MOCHA_COUNTS;
            if (!folder) return;
            const { passes, failures, pending } = this.stats;
            const record = JSON.stringify({ passes, failures, pending, times });
            fs.writeFileSync(path.join(folder, `${process.pid}.json`), record);
        });
    }
};

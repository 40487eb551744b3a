import { parseArgs } from "node:util";
import { type Progress, printProgress } from "../../sandbox/progress";
import { measureApply } from "./apply";
import { measureBackup } from "./backup";
import { measureColdStart, removeColdMachine } from "./cold";
import { measureCollection } from "./collect";
import { type Figure, isReached, table } from "./figure";
import { measureFreshRoot } from "./fresh";
import { removeMeasured, rounds } from "./measured";
import { measureNoChange } from "./noChange";
import { measureRetention } from "./retention";
import { measureRunningStart, measureWarmStart } from "./startUp";

const sections: Readonly<Record<string, (progress: Progress) => Promise<Figure>>> = {
    warm: measureWarmStart,
    running: measureRunningStart,
    apply: measureApply,
    nochange: measureNoChange,
    collect: measureCollection,
    retention: measureRetention,
    backup: measureBackup,
};

const usage = `npm run bench [-- --only <name>]

Measures what the project promises, in a dedicated sandbox that it removes again, and prints a table. Exits with 1 if a limit is
missed. A ratio compares two alternating measurements, ${rounds} times each: our best time with the peer's best. Times in seconds are
from one run, so keep the machine idle.

  --only <name>  one of ${Object.keys(sections).join(", ")}, or one of those that take long and do not run by default:
                 cold, \`npm run up\` in a fresh clone with empty caches, a quarter of an hour; fresh, each script as the first
                 command in a root with only Debian 12 and the README's prerequisites, an hour and a half
  --command <c>  the only command that fresh runs, e.g. "npm test"
  --keep-go      let cold and fresh use this machine's Go caches, to test them
  --help         this text`;

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: {
            only: { type: "string" },
            command: { type: "string" },
            "keep-go": { type: "boolean" },
            help: { type: "boolean" },
        },
    });
    if (values.help) {
        console.log(usage);
        return 0;
    }
    const figures: Figure[] = [];
    const measures = chosen(values.only, values["keep-go"] ?? false, values.command);
    for (const measure of measures) figures.push(await measure(printProgress));
    console.log(`\n${table(figures)}`);
    return figures.every(isReached) ? 0 : 1;
}

function chosen(
    only: string | undefined,
    keepGo: boolean,
    command: string | undefined,
): ((progress: Progress) => Promise<Figure>)[] {
    if (command !== undefined && only !== "fresh") throw new Error(`--command needs --only fresh.\n\n${usage}`);
    if (only === undefined) return Object.values(sections);
    if (only === "cold") return [(progress) => measureColdStart(progress, keepGo)];
    if (only === "fresh") return [(progress) => measureFreshRoot(progress, keepGo, command)];
    if (!(only in sections)) throw new Error(`There is no figure "${only}".\n\n${usage}`);
    return [sections[only]];
}

let ending: Promise<never> | undefined;

/** Removes everything that the measurements created, once, also after an error. */
function end(code: number): Promise<never> {
    ending ??= Promise.all([removeMeasured(), removeColdMachine()]).then(
        () => process.exit(code),
        (error: Error) => {
            console.error(error.message);
            process.exit(1);
        },
    );
    return ending;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => end(130));

main().then(end, (error: Error) => {
    console.error(error.message);
    return end(1);
});

import { parseArgs } from "node:util";
import { type Progress, printProgress } from "../../sandbox/progress";
import { stopSandbox } from "../../sandbox/sandbox";
import { type Figure, isReached, table } from "./figure";
import { sandboxName } from "./machine";
import { measureRunningStart, measureWarmStart } from "./startUp";

const sections: Readonly<Record<string, (progress: Progress) => Promise<Figure>>> = {
    warm: measureWarmStart,
    running: measureRunningStart,
};

const usage = `npm run bench [-- --only <name>]

Measures what the project promises, in a sandbox of its own, which it removes again.

  --only <name>  one of ${Object.keys(sections).join(", ")}
  --help         this text`;

async function main(): Promise<number> {
    const { values } = parseArgs({ options: { only: { type: "string" }, help: { type: "boolean" } } });
    if (values.help) {
        console.log(usage);
        return 0;
    }
    const names = values.only === undefined ? Object.keys(sections) : [values.only];
    const figures: Figure[] = [];
    for (const name of names) {
        if (!(name in sections)) throw new Error(`There is no figure "${name}".\n\n${usage}`);
        figures.push(await sections[name](printProgress));
    }
    console.log(table(figures));
    return figures.every(isReached) ? 0 : 1;
}

async function end(code: number): Promise<never> {
    await stopSandbox({ name: sandboxName, purge: true, progress: () => {} });
    process.exit(code);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => end(130));

main().then(end, (error: Error) => {
    console.error(error.message);
    return end(1);
});

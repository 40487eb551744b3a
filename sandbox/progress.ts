import { MultiBar, type Options, type SingleBar } from "cli-progress";

/** Where the sandbox reports what it does. */
export interface Progress {
    /** One sentence about what begins or has ended, without a line end. */
    (line: string): void;
    /**
     * Shows what `describe` says for as long as the work lasts, asking it again and again. Left out where lines are all that is
     * wanted.
     */
    readonly during?: <T>(describe: () => string, work: () => Promise<T>) => Promise<T>;
}

/** Does work that may take long while `describe` tells how far it has come. */
export function during<T>(progress: Progress, describe: () => string, work: () => Promise<T>): Promise<T> {
    return progress.during ? progress.during(describe, work) : work();
}

/** Milliseconds from one line to the next while something lasts and there is no terminal. */
const lineInterval = 30_000;

const started = Date.now();

/** What goes on at the moment, each shown on a line of its own at the bottom of the terminal. */
let bars: MultiBar | undefined;
let shown = 0;

const options: Options = {
    stream: process.stderr,
    clearOnComplete: true,
    // Whatever ends this process leaves the terminal as it was.
    gracefulExit: false,
    hideCursor: false,
    linewrap: true,
    forceRedraw: true,
    fps: 4,
    // The seconds change, so that a terminal shows movement all the time.
    format: (_options, _params, { describe }) => stamp(describe()).slice(0, (process.stderr.columns ?? 80) - 1),
};

/** Prints each line to standard error with the seconds since the program started, so that standard output stays usable. */
export const printProgress: Progress = Object.assign(
    (line: string) => {
        if (bars === undefined) process.stderr.write(`${stamp(line)}\n`);
        else {
            bars.log(`${stamp(line)}\n`);
            bars.update();
        }
    },
    {
        during: <T>(describe: () => string, work: () => Promise<T>) =>
            process.stderr.isTTY ? onTerminal(describe, work) : inLines(describe, work),
    },
);

async function onTerminal<T>(describe: () => string, work: () => Promise<T>): Promise<T> {
    bars ??= new MultiBar(options);
    const all = bars;
    const bar: SingleBar = all.create(1, 0, { describe });
    shown += 1;
    try {
        return await work();
    } finally {
        shown -= 1;
        if (all === bars) {
            if (shown > 0) all.remove(bar);
            else clearProgress();
        }
    }
}

/** Takes what goes on off the terminal, for a process that has a last word to say. */
export function clearProgress(): void {
    bars?.stop();
    bars = undefined;
}

async function inLines<T>(describe: () => string, work: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => printProgress(describe()), lineInterval);
    try {
        return await work();
    } finally {
        clearInterval(timer);
    }
}

function stamp(line: string): string {
    return `${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`;
}

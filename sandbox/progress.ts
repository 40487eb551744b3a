import { MultiBar, type Options, type SingleBar } from "cli-progress";

/** Reports the sandbox's progress. */
export interface Progress {
    /** Reports a step that starts or has finished, as a sentence without a newline. */
    (line: string): void;
    /**
     * Shows the current result of `describe` while an action is running. Omitted if only lines are needed.
     */
    readonly during?: <T>(describe: () => string, work: () => Promise<T>) => Promise<T>;
}

/** Runs a long action while `describe` reports its progress. */
export function during<T>(progress: Progress, describe: () => string, work: () => Promise<T>): Promise<T> {
    return progress.during ? progress.during(describe, work) : work();
}

/** Milliseconds between lines for a running action without a terminal. */
const lineInterval = 30_000;

const started = Date.now();

/** The running actions, each on a separate line at the bottom of the terminal. */
let bars: MultiBar | undefined;
let shown = 0;

const options: Options = {
    stream: process.stderr,
    clearOnComplete: true,
    // Restores the terminal whenever this process exits.
    gracefulExit: false,
    hideCursor: false,
    linewrap: true,
    forceRedraw: true,
    fps: 4,
    // The seconds change, so that the terminal always shows activity.
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

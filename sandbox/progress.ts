/** Where the sandbox reports what it does; one sentence without a line end. */
export type Progress = (line: string) => void;

const started = Date.now();

/** Prints each line to standard error with the seconds since the program started, so that standard output stays usable. */
export function printProgress(line: string): void {
    const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${line}\n`);
}

import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as readline from "node:readline";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The name by which Go and container images know this machine's processor. */
export const architecture = goArchitecture(process.arch);

/** Go's name of a processor that Node calls `nodeName`. */
export function goArchitecture(nodeName: string): string {
    return nodeName === "x64" ? "amd64" : nodeName;
}

/** Only what is written in go.mod and go.sum may decide a build: no newer Go, no workspace, no flags of the user's. */
const settings = {
    CGO_ENABLED: "0",
    GOARCH: architecture,
    GOFLAGS: "",
    GOOS: "linux",
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    // The compiler collects its garbage less often, as long as there is memory: that saves a sixth of its time.
    GOGC: "400",
    GOMEMLIMIT: `${Math.floor(os.totalmem() / 4)}`,
};

/** A long run of `go`. */
export interface GoRun {
    /** The module's directory. */
    readonly folder: string;
    readonly args: readonly string[];
    /** The file to which its standard error is appended. */
    readonly log: string;
    /** Called with each such line. */
    readonly onLine?: (line: string) => void;
    /** Directory for its temporary files, which may stay if it is killed. Defaults to the system's. */
    readonly temporary?: string;
}

/**
 * Runs `go` and returns its standard output; an error has the last line that tells what is wrong, and the log's path. However
 * this process ends, the kernel ends `go` with it.
 */
export async function go({ folder, args, log, temporary, onLine = () => {} }: GoRun): Promise<string> {
    const written = fs.openSync(log, "a");
    fs.writeSync(written, `$ go ${args.join(" ")}\n`);
    const child = spawn("setpriv", ["--pdeathsig", "TERM", "go", ...args], {
        cwd: folder,
        env: { ...process.env, ...settings, ...(temporary !== undefined && { GOTMPDIR: temporary }) },
        stdio: ["ignore", "pipe", "pipe"],
    });
    // Nodes that start, and tests, come before a build.
    if (child.pid !== undefined) os.setPriority(child.pid, 10);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (data: string) => (output += data));
    const lines: string[] = [];
    readline.createInterface({ input: child.stderr }).on("line", (line) => {
        fs.writeSync(written, `${line}\n`);
        lines.push(line);
        onLine(line);
    });
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => {
            fs.closeSync(written);
            if (code === 0) resolve(output);
            else reject(new Error(`${lastError(lines)}\nAll that Go said is in ${log}.`));
        });
    });
}

/**
 * The last line that tells what is wrong: not the name of a package, of which `go build -v` prints some after a failure too, nor
 * the compiler's word that there is more.
 */
export function lastError(lines: readonly string[]): string {
    const errors = lines
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.endsWith(": too many errors"));
    return errors.filter((line) => line.includes(" ")).at(-1) ?? errors.at(-1) ?? "It said nothing.";
}

/** Fails with a sentence unless Go is installed in at least the version that go.mod asks for. */
export async function requireGo(needed: string): Promise<void> {
    const advice = `install Go ${needed} or newer, which the sandbox needs to build its tools, and put \`go\` on PATH`;
    const { stdout } = await execute("go", ["env", "GOVERSION"], { env: { ...process.env, ...settings } }).catch(() => {
        throw new Error(`Go was not found; ${advice}.`);
    });
    const found = stdout.trim().replace(/^go/, "");
    if (!isAtLeast(found, needed)) {
        throw new Error(`Go ${found} is too old; ${advice}.`);
    }
}

/** Whether Go version `found` (`1.26.8`, also `1.27rc1`) is `needed` or newer, by the numbers that both have. */
export function isAtLeast(found: string, needed: string): boolean {
    const parts = found.split(/\D+/).map(Number);
    for (const [index, wanted] of needed.split(".").map(Number).entries()) {
        const part = parts[index] ?? 0;
        if (part !== wanted) {
            return part > wanted;
        }
    }
    return true;
}

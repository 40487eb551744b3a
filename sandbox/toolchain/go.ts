import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** How many of the compiler's last lines an error shows. */
const shownLines = 15;

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
};

/** Runs `go` in a module's folder and returns its output; an error has the last lines of standard error. */
export async function go(folder: string, args: readonly string[]): Promise<string> {
    try {
        const { stdout } = await execute("go", args, {
            cwd: folder,
            env: { ...process.env, ...settings },
            maxBuffer: 64 * 1024 * 1024,
        });
        return stdout;
    } catch (error) {
        throw new Error(`\`go ${args[0]}\` failed in ${folder}:\n${lastLines(error)}`);
    }
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

function lastLines(error: unknown): string {
    const { stderr, message } = error as Error & { stderr?: string };
    return (stderr || message).trim().split("\n").slice(-shownLines).join("\n");
}

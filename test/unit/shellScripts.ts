import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { shellScript } from "../../components/kubernetes/shellScript";
import { repositoryRoot } from "../../sandbox/paths";

/** A script of the component, by its path below `components/`. */
export const script = (file: string) => shellScript(path.join(repositoryRoot, "components"), file);

export interface Running {
    readonly process: ChildProcess;
    readonly output: () => string;
    /** Resolves to the exit code; a `sleep` in the background may outlive it and hold its output open. */
    readonly ended: Promise<number | null>;
}

/** Polls until a condition is true. Fails after ten seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
    for (const end = Date.now() + 10_000; !condition(); ) {
        if (Date.now() > end) throw new Error(`${what} did not happen in ten seconds`);
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
}

/**
 * Gives each test of the enclosing `describe` a new directory in which scripts run with fake commands. After the test, its
 * scripts are killed and the directory is removed.
 */
export function scriptFolder() {
    let folder: string;
    let children: ChildProcess[] = [];

    beforeEach(() => {
        folder = mkdtempSync(path.join(tmpdir(), "private-registry-unit-"));
    });

    afterEach(() => {
        for (const child of children) killGroup(child);
        children = [];
        rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    });

    /** A path in this test's directory. */
    const at = (...parts: string[]) => path.join(folder, ...parts);

    function write(file: string, content: string, mode = 0o644): void {
        mkdirSync(path.dirname(at(file)), { recursive: true });
        writeFileSync(at(file), content);
        chmodSync(at(file), mode);
    }

    /** The lines of a file, or none as long as there is no such file. */
    const lines = (file: string) => (existsSync(at(file)) ? readFileSync(at(file), "utf8").trimEnd().split("\n") : []);

    /** All files below a directory, with their content. */
    function tree(below: string): Record<string, string> {
        const entries = readdirSync(at(below), { recursive: true, withFileTypes: true });
        return Object.fromEntries(
            entries
                .filter((entry) => entry.isFile())
                .map((entry) => path.join(entry.parentPath, entry.name))
                .map((file) => [path.relative(at(below), file), readFileSync(file, "utf8")]),
        );
    }

    /** The script as it runs in its pod, with the pod's absolute paths below this test's directory. */
    function inFolder(name: string, ...absolute: string[]): string {
        return absolute.reduce((content, prefix) => {
            assert.ok(content.includes(prefix), `${name} has no ${prefix}`);
            return content.replaceAll(prefix, at(prefix));
        }, script(name));
    }

    /** Starts a script. A file `bin/<command>` in this test's directory replaces that command. */
    function run(content: string, env: Record<string, string>): Running {
        write("script.sh", content);
        const child = spawn("/bin/sh", [at("script.sh")], {
            // A process group, so that the commands of a script do not outlive it.
            detached: true,
            env: { PATH: `${at("bin")}:/usr/bin:/bin`, ...env },
            stdio: ["ignore", "pipe", "pipe"],
        });
        children.push(child);
        let output = "";
        for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
        const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
        return { process: child, output: () => output, ended };
    }

    /** Installs a `sleep` that records its argument, and ends when the test creates the file `wake-<n>`. */
    function fakeSleep(): void {
        write(
            "bin/sleep",
            `#!/bin/sh
echo "$1" >>"${at("sleeps")}"
n=$(wc -l <"${at("sleeps")}")
while [ ! -e "${at("wake")}-$n" ] && [ -d "${at("bin")}" ]; do /bin/sleep 0.02; done
`,
            0o755,
        );
    }

    /** The argument of every call of a fake `sleep`. */
    const sleeps = () => lines("sleeps");

    return { at, write, lines, tree, inFolder, run, fakeSleep, sleeps };
}

function killGroup({ pid }: ChildProcess): void {
    try {
        if (pid !== undefined) process.kill(-pid, "SIGKILL");
    } catch {
        // All of its processes have ended.
    }
}

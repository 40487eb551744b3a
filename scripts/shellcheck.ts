import * as path from "node:path";
import { attempt, run, runInTerminal } from "../sandbox/command";
import { unpackDebianPackage } from "../sandbox/debian";
import { repositoryRoot } from "../sandbox/paths";
import { printProgress } from "../sandbox/progress";

/** Checks every shell script under version control, with the shellcheck on PATH or from Debian's package, which is not installed. */
async function main(): Promise<number> {
    const listed = await run(["git", "ls-files", "*.sh", ".ci/run"], { cwd: repositoryRoot });
    return runInTerminal([await shellcheck(), "-x", ...listed.trim().split("\n")], { cwd: repositoryRoot });
}

async function shellcheck(): Promise<string> {
    const isOnPath = await attempt(["shellcheck", "--version"]).then(
        ({ code }) => code === 0,
        () => false,
    );
    return isOnPath
        ? "shellcheck"
        : path.join(await unpackDebianPackage("shellcheck", printProgress), "usr/bin/shellcheck");
}

main().then(
    (code) => {
        process.exitCode = code;
    },
    (error: Error) => {
        console.error(error.message);
        process.exitCode = 1;
    },
);

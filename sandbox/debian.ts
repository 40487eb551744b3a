import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { withLock } from "./lock";
import { cacheFolder } from "./paths";
import { during, type Progress } from "./progress";

const execute = promisify(execFile);

/** Installs missing Debian packages; fast if none is missing. */
export async function ensureDebianPackages(packages: readonly string[], progress: Progress): Promise<void> {
    const absent = await missingPackages(packages);
    if (absent.length === 0) {
        return;
    }
    if (process.getuid?.() !== 0) {
        throw new Error(`These Debian packages are missing: ${absent.join(", ")}; install them, or run this as root.`);
    }
    await oneAtATime(async () => {
        const missing = await missingPackages(packages);
        if (missing.length === 0) {
            return;
        }
        const title = `Installing Debian packages: ${missing.join(", ")}`;
        progress(title);
        await during(
            progress,
            () => title,
            async () => {
                // Completes an interrupted installation; otherwise apt-get rejects every installation.
                await execute("dpkg", ["--configure", "-a"]);
                await aptGet(["update"]);
                await aptGet(["install", "--yes", "--no-install-recommends", ...missing]);
            },
        );
    });
}

/**
 * Unpacks the files of a Debian package into the cache; returns their directory. The package is not installed,
 * so a package that conflicts with an installed one works, too.
 */
export async function unpackDebianPackage(name: string, progress: Progress): Promise<string> {
    const folder = path.join(cacheFolder, "debian", name);
    if (fs.existsSync(folder)) {
        return folder;
    }
    progress(`Fetching the Debian package ${name}`);
    const partial = `${folder}.partial-${process.pid}`;
    fs.mkdirSync(partial, { recursive: true });
    try {
        await during(
            progress,
            () => `Fetching the Debian package ${name}`,
            () => download(name, partial),
        );
        const archive = fs.readdirSync(partial).find((file) => file.endsWith(".deb"));
        await execute("dpkg-deb", ["--extract", path.join(partial, archive ?? ""), path.join(partial, "files")]);
        moveUnlessThere(path.join(partial, "files"), folder);
    } finally {
        fs.rmSync(partial, { recursive: true, force: true });
    }
    return folder;
}

async function missingPackages(packages: readonly string[]): Promise<string[]> {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in
    const format = "${Package} ${Status}\n";
    // dpkg-query exits with 1 if one of the packages is unknown, and still prints the others.
    const { stdout } = await execute("dpkg-query", ["--show", "--showformat", format, ...packages]).catch(
        (error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }),
    );
    return packages.filter((name) => !stdout.split("\n").includes(`${name} install ok installed`));
}

async function download(name: string, folder: string): Promise<void> {
    try {
        await aptGet(["download", name], folder);
    } catch (error) {
        // A new machine has no package lists, or old ones.
        if (process.getuid?.() !== 0) {
            throw error;
        }
        await oneAtATime(() => aptGet(["update"]));
        await aptGet(["download", name], folder);
    }
}

/** apt-get waits for other installations, but not for other updates of the package lists. */
function oneAtATime(work: () => Promise<void>): Promise<void> {
    return withLock("apt-get", work);
}

async function aptGet(args: readonly string[], folder = "/"): Promise<void> {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    try {
        // Another process may be installing packages: wait for its lock.
        await execute("apt-get", ["--quiet", "-o", "DPkg::Lock::Timeout=300", ...args], { env, cwd: folder });
    } catch (error) {
        const { code, stderr, message } = error as Error & { code?: unknown; stderr?: string };
        if (code === "ENOENT") {
            throw new Error("apt-get was not found; the sandbox needs Debian or a system derived from it.");
        }
        throw new Error(`\`apt-get ${args.join(" ")}\` failed:\n${stderr?.trim() || message}`);
    }
}

/** Another process may have finished first. */
function moveUnlessThere(from: string, to: string): void {
    try {
        fs.renameSync(from, to);
    } catch (error) {
        if (!fs.existsSync(to)) {
            throw error;
        }
    }
}

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { attempt, run } from "../../sandbox/command";
import { ensureDebianPackages } from "../../sandbox/debian";
import { repositoryRoot } from "../../sandbox/paths";
import { during, type Progress } from "../../sandbox/progress";
import type { Figure } from "./figure";
import { sandboxName } from "./measured";

/** The Debian packages that README.md lists as prerequisites. All others are installed when they are needed. */
const prerequisites = ["git", "openssl"];

/** Commands that must each work as the first one in a new clone. The last one leaves nothing running. */
const commands = [
    "npm run lint",
    "npm run typecheck",
    "npm run test:unit",
    "npm run build",
    "npm run format",
    "npm run sandbox -- --help",
    "npm run bench -- --help",
    "npm test",
    `{ npm run up -- --name ${sandboxName}; code=$?; npm run down -- --name ${sandboxName} --purge; exit $code; }`,
];

/** Environment variables for this machine's access to the network. */
const networkVariables = /proxy|cert|ca_bundle|cainfo|^npm_config_(registry|cafile)$|^GO(NO)?(PROXY|SUMDB|PRIVATE)$/i;

/**
 * Runs the project's scripts in a root with only Debian 12, the prerequisites, and this machine's Go and Node: each
 * in a fresh copy of it, and in a new clone. `keepGo` uses this machine's Go caches; `only` is a command to run instead.
 */
export async function measureFreshRoot(progress: Progress, keepGo: boolean, only?: string): Promise<Figure> {
    const tried = only === undefined ? commands : [only];
    await ensureDebianPackages(["debootstrap"], progress);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "registry-fresh-"));
    try {
        const root = await makeRoot(path.join(folder, "root"), progress);
        const shared = keepGo
            ? (await run(["go", "env", "GOCACHE", "GOMODCACHE"], { env: process.env })).split("\n")
            : [];
        const failed: string[] = [];
        for (const [index, command] of tried.entries()) {
            const work = path.join(folder, `${index}`);
            if (!(await works(root, work, command, shared, progress))) failed.push(command);
            fs.rmSync(work, { recursive: true, force: true });
        }
        const detail = failed.length > 0 ? failed.join("; ") : `${tried.length} tried`;
        return { title: "fresh root, scripts that fail", limit: 0, measured: failed.length, unit: "scripts", detail };
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

async function makeRoot(root: string, progress: Progress): Promise<string> {
    progress(`Making a root of Debian 12 and ${prerequisites.join(", ")}`);
    await during(
        progress,
        () => "debootstrap",
        () =>
            run(["debootstrap", "--variant=minbase", `--include=${prerequisites}`, "bookworm", root], {
                env: process.env,
            }),
    );
    const goRoot = (await run(["go", "env", "GOROOT"], { env: process.env })).trim();
    copy(goRoot, path.join(root, "usr/local/go"));
    const node = fs.realpathSync(process.execPath);
    copy(node, path.join(root, "usr/local/bin/node"));
    copy(path.resolve(node, "../../lib/node_modules/npm"), path.join(root, "usr/local/lib/node_modules/npm"));
    for (const name of ["npm", "npx"]) {
        fs.symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, path.join(root, "usr/local/bin", name));
    }
    // This machine's access to the network: name resolution, CA certificates.
    for (const file of [
        "/etc/resolv.conf",
        "/etc/hosts",
        "/etc/ssl/certs/ca-certificates.crt",
        "/usr/local/share/ca-certificates",
    ]) {
        if (fs.existsSync(file)) copy(file, path.join(root, file));
    }
    return root;
}

function copy(from: string, to: string): void {
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.cpSync(from, to, { recursive: true, dereference: false, verbatimSymlinks: true });
}

async function works(
    root: string,
    work: string,
    command: string,
    shared: readonly string[],
    progress: Progress,
): Promise<boolean> {
    const clone = path.join(work, "home", "private-registry");
    fs.mkdirSync(path.dirname(clone), { recursive: true });
    await run(["git", "clone", "--quiet", "--no-hardlinks", repositoryRoot, clone]);
    const settings = path.join(os.homedir(), ".npmrc");
    if (fs.existsSync(settings)) fs.copyFileSync(settings, path.join(work, "home", ".npmrc"));
    progress(command);
    const script = path.join(repositoryRoot, "test", "bench", "fresh.sh");
    const namespaces = ["--mount", "--pid", "--fork", "--kill-child"];
    const started = Date.now();
    const { code, stdout, stderr } = await during(
        progress,
        () => command,
        () => attempt(["unshare", ...namespaces, "bash", script, root, work, command], { env: environment(shared) }),
    );
    progress(`${code === 0 ? "worked" : "FAILED"} in ${Math.round((Date.now() - started) / 1000)} s: ${command}`);
    const shown = code === 0 ? 30 : 300;
    progress(`${stdout}\n${stderr}`.trim().split("\n").slice(-shown).join("\n"));
    return code === 0;
}

function environment(shared: readonly string[]): NodeJS.ProcessEnv {
    const [cache, modules] = shared;
    return {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => networkVariables.test(name))),
        PATH: "/usr/local/go/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: "/root",
        SHARED: shared.join(" ").trim(),
        ...(shared.length > 0 && { GOCACHE: cache, GOMODCACHE: modules }),
    };
}

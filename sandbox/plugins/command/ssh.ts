import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

/** `connection` of a remote command, as far as the stand-in knows it. */
export interface Connection {
    host: string;
    port?: number;
    user?: string;
    privateKey: string;
    hostKey: string;
    /** Seconds to wait for the server; 0 waits without end. */
    perDialTimeout?: number;
}

/** What a command printed, each without its last line end. */
export interface Printed {
    stdout: string;
    stderr: string;
}

/** ssh's exit code when it could not connect. A command that ends with it looks the same. */
const notConnected = 255;
const defaultPort = 22;

/** The kind of a public key, e.g. `ssh-ed25519`. */
function keyType(publicKey: string): string {
    const [, type] = /^\s*(\S+) AAAA[A-Za-z0-9+/]+=*(\s|$)/.exec(publicKey) ?? [];
    if (type === undefined) throw new Error("failed to parse host key: it is not a public key on one line");
    return type;
}

/**
 * ssh's options: this key, and this host key, alone. The official provider asks the server for the type of the pinned host key
 * and no other; for an RSA key that is `ssh-rsa`, the signature with SHA-1, which OpenSSH servers no longer offer.
 */
function sshOptions({ hostKey, port = defaultPort, perDialTimeout = 15 }: Connection, folder: string): string[] {
    const options = {
        BatchMode: "yes",
        IdentitiesOnly: "yes",
        StrictHostKeyChecking: "yes",
        LogLevel: "ERROR",
        HostKeyAlgorithms: keyType(hostKey),
        UserKnownHostsFile: path.join(folder, "known_hosts"),
        Port: port,
        ...(perDialTimeout > 0 ? { ConnectTimeout: perDialTimeout } : {}),
    };
    const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    return ["-F", "none", "-i", path.join(folder, "key"), ...flags];
}

/** Runs a command on another machine, with a string as its standard input. */
export async function runRemotely(
    connection: Connection,
    command: string,
    stdin: string | undefined,
    onLine: (line: string) => void = () => undefined,
): Promise<Printed> {
    const { host, port = defaultPort, user = "root", privateKey, hostKey } = connection;
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "stand-in-ssh-"));
    try {
        const knownName = port === defaultPort ? host : `[${host}]:${port}`;
        await fs.writeFile(path.join(folder, "key"), `${privateKey.trimEnd()}\n`, { mode: 0o600 });
        await fs.writeFile(path.join(folder, "known_hosts"), `${knownName} ${hostKey.trim()}\n`);
        return await run([...sshOptions(connection, folder), `${user}@${host}`, command], command, stdin, onLine);
    } finally {
        await fs.rm(folder, { recursive: true, force: true });
    }
}

function run(args: string[], command: string, stdin = "", onLine: (line: string) => void): Promise<Printed> {
    return new Promise((resolve, reject) => {
        const child = spawn("ssh", args);
        const printed = { stdout: "", stderr: "", both: "" };
        for (const name of ["stdout", "stderr"] as const) {
            let line = "";
            child[name].setEncoding("utf8").on("data", (data: string) => {
                printed[name] += data;
                printed.both += data;
                const lines = (line + data).split("\n");
                line = lines.pop() as string;
                lines.forEach(onLine);
            });
            child[name].on("end", () => line && onLine(line));
        }
        child.on("error", reject);
        child.on("close", (code) => {
            const [stdout, stderr] = [printed.stdout, printed.stderr].map((text) => text.replace(/\n$/, ""));
            if (code === 0) resolve({ stdout, stderr });
            else if (code === notConnected) reject(new Error(`ssh: ${printed.both.trim()}`));
            else {
                const title = `Process exited with status ${code}: running ${JSON.stringify(command)}`;
                reject(new Error(`${title}:\n${printed.both}`));
            }
        });
        // A command may end without reading its input.
        child.stdin.on("error", () => undefined);
        child.stdin.end(stdin);
    });
}

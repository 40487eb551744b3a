import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { type CheckRequest, type CreateRequest, type ResourceType, replaceUnless } from "../resourceType";
import { hasUnknown, isObject, type Properties } from "../values";
import { commandType, type Printed } from "./lifecycle";
import { run } from "./run";

/** `connection`, as far as the stand-in honours it: a key and a host key. */
interface Connection {
    host: string;
    port?: number;
    user?: string;
    privateKey?: string;
    hostKey?: string;
}

const defaultPort = 22;
/** In the official provider's order, which asks for these without regard to the pinned key; OpenSSH would put that one's first. */
const hostKeyAlgorithms =
    "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-256,rsa-sha2-512,ssh-ed25519";
const unavailable = ["agentSocketPath", "password", "privateKeyPassword", "proxy"];

function checkConnection({ news }: CheckRequest) {
    const connection = news.connection;
    if (!isObject(connection)) return { inputs: news };
    const property = "connection";
    const failures = unavailable
        .filter((key) => connection[key] !== undefined)
        .map((key) => ({ property, reason: `${key} is not available in the stand-in for the command provider` }));
    if (!hasUnknown(connection) && !connection.privateKey) {
        failures.push({ property, reason: "the stand-in for the command provider needs connection.privateKey" });
    }
    if (news.environment !== undefined) {
        const reason = "the stand-in sends no environment, and few servers accept one; use stdin";
        failures.push({ property: "environment", reason });
    }
    return { inputs: news, failures };
}

/** Calls ssh or scp with the connection's key, and with its host key as the only one that is trusted. */
async function connected(
    connection: Connection,
    use: (options: string[], folder: string) => Promise<Printed>,
): Promise<Printed> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "stand-in-ssh-"));
    try {
        const { host, port = defaultPort, privateKey = "", hostKey } = connection;
        const key = path.join(folder, "key");
        const knownHosts = path.join(folder, "known_hosts");
        await fs.writeFile(key, privateKey.trimEnd().concat("\n"), { mode: 0o600 });
        const hostName = port === defaultPort ? host : `[${host}]:${port}`;
        await fs.writeFile(knownHosts, hostKey ? `${hostName} ${hostKey.trim()}\n` : "");
        const trust = hostKey ? "yes" : "no";
        const options = {
            BatchMode: "yes",
            IdentitiesOnly: "yes",
            StrictHostKeyChecking: trust,
            LogLevel: "ERROR",
            HostKeyAlgorithms: hostKeyAlgorithms,
        };
        const flags = Object.entries({ ...options, UserKnownHostsFile: knownHosts, Port: port });
        return await use(
            ["-F", "none", "-i", key, ...flags.flatMap(([name, value]) => ["-o", `${name}=${value}`])],
            folder,
        );
    } finally {
        await fs.rm(folder, { recursive: true, force: true });
    }
}

/** `command.remote.Command`, through the machine's ssh. */
export const remoteCommand = commandType((command, inputs: Properties) => {
    const connection = inputs.connection as unknown as Connection;
    const target = `${connection.user ?? "root"}@${connection.host}`;
    return connected(connection, (options) =>
        run({
            title: command,
            command: ["ssh", ...options, target, command],
            stdin: inputs.stdin as string | undefined,
        }),
    );
}, checkConnection);

/** Puts what is to be copied into a file or folder, and says where that is. */
async function sourceFile(source: Properties, folder: string): Promise<string> {
    if (typeof source.path === "string") return source.path;
    if (typeof source.text !== "string") {
        throw new Error("the stand-in for the command provider copies files, folders and texts only");
    }
    const file = path.join(folder, "source");
    await fs.writeFile(file, source.text, { mode: 0o600 });
    return file;
}

async function copy(inputs: Properties): Promise<Properties> {
    const connection = inputs.connection as unknown as Connection;
    const host = connection.host.includes(":") ? `[${connection.host}]` : connection.host;
    const target = `${connection.user ?? "root"}@${host}:${inputs.remotePath}`;
    await connected(connection, async (options, folder) => {
        const file = await sourceFile(inputs.source as Properties, folder);
        return run({ title: `copy to ${inputs.remotePath}`, command: ["scp", "-r", ...options, file, target] });
    });
    return inputs;
}

/** `command.remote.CopyToRemote`, through the machine's scp. Deleting it leaves the copy, as the official one does. */
export const copyToRemote: ResourceType = {
    check: checkConnection,
    diff: (request) => ({ ...replaceUnless(request), replaces: ["triggers"] }),
    computed: [],
    create: async ({ name, news }: CreateRequest) => ({ id: name, state: await copy(news) }),
    update: ({ news, preview }) => (preview ? news : copy(news)),
};

import { createHash } from "node:crypto";
import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { dnsLabel, hostOrAddress, integer, memberOf, sshHostKey, sshPrivateKey, unixUser } from "../arguments/rules";
import { fields, nonEmptyListOf, plain, required, secret } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import { allNodeFolders, ContainerRuntime, type NodeFile, nodeFiles, type RegistryOnNodes } from "./nodeFiles";

/** A machine that is told of the registry over SSH. */
export interface SshNode {
    /** What the machine is called in Pulumi's state, at most 40 characters. A machine that takes another one's place needs a name of its own. */
    name: string;
    /** Name or address to connect to. A changed one is taken for another address of the same machine. */
    host: pulumi.Input<string>;
    /** Port of the SSH server. Defaults to 22. */
    port?: pulumi.Input<number>;
    /** Who logs in: root, or somebody whom `sudo` lets do everything without a password. Defaults to `root`. */
    user?: pulumi.Input<string>;
    /** Private key of that user, without a passphrase. */
    privateKey: pulumi.Input<string>;
    /**
     * Public key of the machine itself, e.g. `ecdsa-sha2-nistp256 AAAA…` of `ssh-keyscan -t ecdsa <host>`; a machine that shows
     * another one is refused. Give an ECDSA or Ed25519 key: Pulumi's client asks for an RSA key with SHA-1, which OpenSSH 8.8 and
     * newer refuse.
     */
    hostKey: pulumi.Input<string>;
    /** The container runtimes of the machine. Defaults to `containerd` and `docker`. */
    runtimes?: ContainerRuntime[];
}

export const sshNodeRules = fields<SshNode>({
    name: required(plain(dnsLabel(40)), "give every machine a name"),
    host: required(hostOrAddress, "give it the name or address to connect to"),
    port: integer(1, 65535),
    user: unixUser,
    privateKey: required(
        secret(sshPrivateKey, { key: "ssh-key-<name>", shared: "ssh-key", file: "key" }),
        "give it a key that the machine lets in",
    ),
    hostKey: required(sshHostKey, "give it what `ssh-keyscan -t ecdsa <host>` prints behind the machine's name"),
    runtimes: nonEmptyListOf(
        plain(memberOf(ContainerRuntime)),
        "is empty; name the machine's container runtimes, or leave it out",
    ),
});

export function sshNodeProblems(nodes: readonly SshNode[] = []): Problem[] {
    const reason =
        "needs the npm package @pulumi/command; run `npm install @pulumi/command@^1.2.1` (npm's `latest` is an older build)";
    const unequipped = nodes.length > 0 && loadCommand() === undefined ? [{ path: "nodes.ssh", reason }] : [];
    const problems = nodes.flatMap((node, i) => {
        const first = nodes.findIndex((other) => other.name === node.name);
        const reason = `is the name of nodes.ssh[${first}]; give every machine its own`;
        return node.name !== undefined && first < i ? [{ path: `nodes.ssh[${i}].name`, reason }] : [];
    });
    return [...unequipped, ...problems];
}

/**
 * Pulumi's SDK for commands. It is not imported above, because most programs do without it: they need not have it, and would load
 * it on every run.
 */
function loadCommand(): typeof import("@pulumi/command/remote") | undefined {
    try {
        return require("@pulumi/command/remote");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
        throw error;
    }
}

export const defaultSshRuntimes = [ContainerRuntime.Containerd, ContainerRuntime.Docker];

/**
 * Writes the files of each machine, and the registry's line into its /etc/hosts, and takes them away when the machine is no
 * longer listed.
 */
export function configureNodesOverSsh(
    scope: Scope,
    nodes: readonly SshNode[],
    registry: pulumi.Output<RegistryOnNodes>,
): void {
    const { Command } = (nodes.length > 0 && loadCommand()) || {};
    if (Command === undefined) return;
    const record = `.private-registry-${pulumi.getProject()}-${pulumi.getStack()}-${scope.instance}`;
    for (const node of nodes) {
        const { host, port, user, hostKey } = node;
        new Command(
            scope.name(`node-${node.name}`),
            {
                connection: { host, port, user, hostKey, privateKey: pulumi.secret(node.privateKey) },
                create: asRoot("install"),
                delete: asRoot("uninstall"),
                stdin: registry.apply((known) =>
                    nodeScript(record, nodeFiles(node.runtimes ?? defaultSshRuntimes, known), hostsLine(known)),
                ),
                // It would need a server that accepts variables.
                addPreviousOutputInEnv: false,
            },
            { parent: scope.parent },
        );
    }
}

function asRoot(verb: string): string {
    return `sh -c 'if [ "$(id -u)" = 0 ]; then exec sh -s ${verb}; else exec sudo -n sh -s ${verb}; fi'`;
}

/** What a machine's shell reads: the scripts with the files that they install, or remove again. */
export function nodeScript(record: string, files: readonly NodeFile[], line: string | undefined): string {
    const list = files.map(
        ({ root, path, isSecret }, i) => `${root} ${path} files/file-${i} ${isSecret ? "0600" : "0644"}`,
    );
    const unpacked: [name: string, content: string][] = [
        ["list", list.join("\n")],
        // Also those that this configuration does not use, to clean up after an earlier one.
        ["roots", allNodeFolders.join("\n")],
        ["hosts", line ?? ""],
        ...files.map((file, i): [string, string] => [`file-${i}`, file.content]),
    ];
    const end = `END-${createHash("sha256").update(JSON.stringify(unpacked)).digest("hex").slice(0, 16)}`;
    const documents = unpacked.map(([name, content]) => {
        const lines = content === "" ? "" : `${content.replace(/\n$/, "")}\n`;
        return `cat >"$FILES/files/${name}" <<'${end}'\n${lines}${end}\n`;
    });
    return [
        `RECORD='${record.replace(/[^\w.-]/g, "-")}'\n`,
        shellScript(__dirname, "nodeFiles.sh"),
        shellScript(__dirname, "ssh.sh"),
        `unpack() {\n${documents.join("")}}\n`,
        'main "$@"\n',
    ].join("");
}

/**
 * The line of /etc/hosts by which everything on a machine finds the registry; none without an address to which the pulls of a
 * host go at the host's own port.
 */
export function hostsLine({ hosts, endpoint = "" }: RegistryOnNodes): string | undefined {
    const [, ipv6, other, port = "443"] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(endpoint) ?? [];
    const address = ipv6 ?? other ?? "";
    const names = hosts
        .map((host) => host.split(":"))
        .filter(([, hostPort = "443"]) => hostPort === port)
        .map(([name]) => name);
    return isIP(address) === 0 || names.length === 0 ? undefined : `${address} ${names.join(" ")}`;
}

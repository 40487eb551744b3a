import { createHash } from "node:crypto";
import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { dnsLabel, hostOrAddress, integer, memberOf, sshHostKey, sshPrivateKey, unixUser } from "../arguments/rules";
import { fields, nonEmptyListOf, plain, required, secret } from "../arguments/shapes";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import { allNodeFolders, ContainerRuntime, type NodeFile, nodeFiles, type RegistryOnNodes } from "./nodeFiles";

/** A machine that `pulumi up` configures over SSH. */
export interface SshNode {
    /** Name of the machine in Pulumi's state, at most 40 characters. A replacement machine needs a new name. */
    name: string;
    /** Host name or IP address to connect to. A changed value is treated as a new address of the same machine. */
    host: pulumi.Input<string>;
    /** Port of the SSH server. Defaults to 22. */
    port?: pulumi.Input<number>;
    /** User to log in as: root, or a user with passwordless `sudo`. Defaults to `root`. */
    user?: pulumi.Input<string>;
    /**
     * Private key of that user, in PEM or OpenSSH format, without a passphrase. Secret. In a stack's configuration it is the
     * secret value `ssh-key-<name>` or, for all machines, `ssh-key`.
     */
    privateKey: pulumi.Input<string>;
    /**
     * Public host key of the machine, e.g. `ecdsa-sha2-nistp256 AAAA…` from `ssh-keyscan -t ecdsa <host>`. A machine with another host
     * key is rejected. Use an ECDSA or Ed25519 key: Pulumi's client requests RSA signatures with SHA-1, which OpenSSH 8.8 and newer
     * reject.
     */
    hostKey: pulumi.Input<string>;
    /** Container runtimes of the machine. Defaults to `containerd` and `docker`. */
    runtimes?: ContainerRuntime[];
}

export const sshNodeRules = fields<SshNode>({
    name: required(plain(dnsLabel(40)), "give every machine a name"),
    host: required(hostOrAddress, "set the host name or IP address to connect to"),
    port: integer(1, 65535),
    user: unixUser,
    privateKey: required(
        secret(sshPrivateKey, { key: "ssh-key-<name>", shared: "ssh-key", file: "key" }),
        "set a key that the machine accepts",
    ),
    hostKey: required(sshHostKey, "set it to what `ssh-keyscan -t ecdsa <host>` prints after the host name"),
    runtimes: nonEmptyListOf(
        plain(memberOf(ContainerRuntime)),
        "is empty; list the machine's container runtimes, or omit it",
    ),
});

export function sshNodeProblems(nodes: readonly SshNode[] = []): Problem[] {
    const reason =
        "needs the npm package @pulumi/command; run `npm install @pulumi/command@^1.2.1` (npm's `latest` is an older build)";
    const unequipped = nodes.length > 0 && loadCommand() === undefined ? [{ path: "nodes.ssh", reason }] : [];
    const problems = nodes.flatMap((node, i) => {
        const first = nodes.findIndex((other) => other.name === node.name);
        const reason = `duplicates nodes.ssh[${first}].name; give every machine a unique name`;
        return node.name !== undefined && first < i ? [{ path: `nodes.ssh[${i}].name`, reason }] : [];
    });
    return [...unequipped, ...problems];
}

/**
 * The SDK @pulumi/command. It is not imported above, because most programs do not use it: they need not install it, and do not load it
 * on every run.
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
 * Writes each machine's files and the registry's line in its /etc/hosts. Removes both when the machine is no longer listed.
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
                stdin: registry.apply((onNodes) =>
                    nodeScript(record, nodeFiles(node.runtimes ?? defaultSshRuntimes, onNodes), hostsLine(onNodes)),
                ),
                // It requires an SSH server that accepts variables.
                addPreviousOutputInEnv: false,
            },
            scope.options(),
        );
    }
}

function asRoot(verb: string): string {
    return `sh -c 'if [ "$(id -u)" = 0 ]; then exec sh -s ${verb}; else exec sudo -n sh -s ${verb}; fi'`;
}

/** The script for a machine's shell, with the files to install or remove. */
export function nodeScript(record: string, files: readonly NodeFile[], line: string | undefined): string {
    const list = files.map(
        ({ root, path, isSecret }, i) => `${root} ${path} files/file-${i} ${isSecret ? "0600" : "0644"}`,
    );
    const unpacked: [name: string, content: string][] = [
        ["list", list.join("\n")],
        // Including those that this configuration does not use, to clean up after an earlier one.
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
 * The line in /etc/hosts that maps the registry's hosts to the endpoint; undefined if the endpoint is not an IP address, or no host has
 * the endpoint's port.
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

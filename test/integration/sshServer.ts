import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { attempt, run } from "../../sandbox/command";
import { ensureDebianPackages, unpackDebianPackage } from "../../sandbox/debian";
import { printProgress } from "../../sandbox/progress";
import { kubectl, theSandbox, until } from "./harness";

/** Debian's OpenSSH server in a sandbox node, so that its commands run on the node. */
export interface SshServer {
    /** The node's address, which is reachable from this machine. */
    readonly host: string;
    readonly port: number;
    /** The private key of root. */
    readonly privateKey: string;
    /** The server's public host key, and another one. */
    readonly hostKey: string;
    readonly otherHostKey: string;
    stop(): Promise<void>;
}

const port = 2222;

/** Starts it with new keys. The server's package is not installed on this machine, because installing it would start a server. */
export async function startSshServer(): Promise<SshServer> {
    await ensureDebianPackages(["openssh-client", "libwrap0"], printProgress);
    const server = await unpackDebianPackage("openssh-server", printProgress);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-sshd-"));
    const at = (name: string) => path.join(folder, name);
    const names = ["host", "other", "client"];
    for (const name of names) await run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", name, "-f", at(name)]);
    const read = (name: string) => fs.readFileSync(at(name), "utf8");
    fs.copyFileSync(at("client.pub"), at("authorized_keys"));
    fs.writeFileSync(at("sshd_config"), configuration(folder, server));
    const enter = theSandbox().enter(1, { all: true });
    await run([...enter, "sh", "-euc", preparation]);
    const sshd = spawn(
        enter[0],
        [...enter.slice(1), path.join(server, "usr/sbin/sshd"), "-D", "-e", "-f", at("sshd_config")],
        {
            stdio: ["ignore", "ignore", "pipe"],
        },
    );
    let said = "";
    sshd.stderr.on("data", (data) => (said += data));
    const ended = new Promise((resolve) => sshd.on("exit", resolve));
    await until(`sshd listens (it says: ${said})`, 20, async () => {
        if (sshd.exitCode !== null) throw new Error(`sshd ended: ${said}`);
        return said.includes("Server listening");
    });
    const address = "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}";
    return {
        host: await kubectl(`get nodes --output ${address}`),
        port,
        privateKey: read("client"),
        hostKey: read("host.pub").trim(),
        otherHostKey: read("other.pub").trim(),
        async stop() {
            // By its PID in the node's namespace.
            await attempt([...enter, "sh", "-c", `kill $(cat ${at("pid")})`]);
            await ended;
            fs.rmSync(folder, { recursive: true, force: true });
        },
    };
}

/** Only in the node, which has a separate /etc and /run: what Debian's package would set up. */
const preparation = `
grep -q '^sshd:' /etc/passwd || echo 'sshd:x:105:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
sed -i 's/^root:[^:]*:/root:*:/' /etc/shadow
mkdir -p /run/sshd
ldconfig -X
`;

function configuration(folder: string, server: string): string {
    const lines = [
        `Port ${port}`,
        `HostKey ${folder}/host`,
        `AuthorizedKeysFile ${folder}/authorized_keys`,
        `PidFile ${folder}/pid`,
        "PermitRootLogin prohibit-password",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "UsePAM no",
        // A test's directory is below /tmp.
        "StrictModes no",
    ];
    // From OpenSSH 9.8 on, the server consists of three programs, which look for each other in their installation directory.
    for (const [option, program] of [
        ["SshdSessionPath", "sshd-session"],
        ["SshdAuthPath", "sshd-auth"],
    ]) {
        const file = path.join(server, "usr/lib/openssh", program);
        if (fs.existsSync(file)) lines.push(`${option} ${file}`);
    }
    return `${lines.join("\n")}\n`;
}

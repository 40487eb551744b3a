import { generateKeyPairSync } from "node:crypto";
import type { SshNode } from "../../components";
import { opensshPrivateKey, opensshPublicKey } from "../../sandbox/plugins/tls/openssh";

const client = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const machine = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;

/** A key that machines accept, as `ssh-keygen` writes it. */
export const clientKey = opensshPrivateKey(client);

/** The same key, PEM-encoded, without and with a passphrase. */
export const pemKey = client.export({ type: "pkcs8", format: "pem" }).toString();
export const lockedKey = client
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "a passphrase" })
    .toString();

/** A machine's public host key, as `ssh-keyscan` prints it. */
export const hostKey = opensshPublicKey(machine).line.trimEnd();

/** A machine that is configured over SSH. */
export function sshNode(name: string, over: Partial<SshNode> = {}): SshNode {
    return { name, host: `${name}.example.com`, privateKey: clientKey, hostKey, ...over };
}

import * as crypto from "node:crypto";

/** A length-prefixed field of the SSH wire format. */
function field(bytes: Buffer | string): Buffer {
    const content = Buffer.from(bytes);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([length, content]);
}

/** A positive integer in base64url, as in a JSON Web Key. */
function number(base64url: string | undefined): Buffer {
    const bytes = Buffer.from(base64url ?? "", "base64url");
    return field(bytes[0] & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

interface SshKey {
    type: string;
    publicFields: Buffer[];
    privateFields: Buffer[];
}

/** The parts of an RSA key, or of an ECDSA key on the curve P-256, in SSH's terms. */
function sshKey(key: crypto.KeyObject): SshKey {
    const { kty, n, e, d, p, q, qi, x = "", y = "" } = key.export({ format: "jwk" });
    if (kty === "RSA") {
        const privateFields = [n, e, d, qi, p, q].map(number);
        return { type: "ssh-rsa", publicFields: [number(e), number(n)], privateFields };
    }
    const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    const publicFields = [field("nistp256"), field(point)];
    return { type: "ecdsa-sha2-nistp256", publicFields, privateFields: [...publicFields, number(d)] };
}

function publicBlob({ type, publicFields }: SshKey): Buffer {
    return Buffer.concat([field(type), ...publicFields]);
}

/** A line for authorized_keys, and the fingerprints that `ssh-keygen -l` prints. */
export function opensshPublicKey(key: crypto.KeyObject) {
    const parts = sshKey(key);
    const blob = publicBlob(parts);
    const md5 = crypto.createHash("md5").update(blob).digest("hex");
    const sha256 = crypto.createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
    return {
        line: `${parts.type} ${blob.toString("base64")}\n`,
        md5: md5.replace(/..(?!$)/g, "$&:"),
        sha256: `SHA256:${sha256}`,
    };
}

/** The key in OpenSSH's form, without a passphrase. */
export function opensshPrivateKey(key: crypto.KeyObject): string {
    const parts = sshKey(key);
    const marker = crypto.randomBytes(4);
    const secrets = Buffer.concat([marker, marker, field(parts.type), ...parts.privateFields, field("")]);
    const padding = Buffer.from(Array.from({ length: (8 - (secrets.length % 8)) % 8 }, (_, i) => i + 1));
    const keyCount = Buffer.from([0, 0, 0, 1]);
    const content = Buffer.concat([
        Buffer.from("openssh-key-v1\0"),
        field("none"),
        field("none"),
        field(""),
        keyCount,
        field(publicBlob(parts)),
        field(Buffer.concat([secrets, padding])),
    ]);
    const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
    return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

import * as crypto from "node:crypto";

/** A length-prefixed field of the SSH wire format. */
function field(bytes: Buffer | string): Buffer {
    const content = Buffer.from(bytes);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([length, content]);
}

/** A positive whole number, given in base64url as in a JSON web key. */
function number(base64url: string | undefined): Buffer {
    const bytes = Buffer.from(base64url ?? "", "base64url");
    return field(bytes[0] & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

const curves: Record<string, string> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

interface SshKey {
    type: string;
    publicFields: Buffer[];
    privateFields: Buffer[];
}

/** The parts of a key in SSH's terms; undefined for a curve that SSH does not have (P-224). */
function sshKey(key: crypto.KeyObject): SshKey | undefined {
    if (key.asymmetricKeyDetails?.namedCurve === "secp224r1") return undefined;
    const { kty, crv = "", n, e, d, p, q, qi, x = "", y = "" } = key.export({ format: "jwk" });
    if (kty === "RSA") {
        const privateFields = [n, e, d, qi, p, q].map(number);
        return { type: "ssh-rsa", publicFields: [number(e), number(n)], privateFields };
    }
    if (kty === "OKP") {
        const point = Buffer.from(x, "base64url");
        const seedAndPoint = Buffer.concat([Buffer.from(d ?? "", "base64url"), point]);
        return {
            type: "ssh-ed25519",
            publicFields: [field(point)],
            privateFields: [field(point), field(seedAndPoint)],
        };
    }
    const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    const publicFields = [field(curves[crv]), field(point)];
    return { type: `ecdsa-sha2-${curves[crv]}`, publicFields, privateFields: [...publicFields, number(d)] };
}

function publicBlob({ type, publicFields }: SshKey): Buffer {
    return Buffer.concat([field(type), ...publicFields]);
}

/** A line for authorized_keys, and the fingerprints that `ssh-keygen -l` prints; empty where SSH has no such key. */
export function opensshPublicKey(key: crypto.KeyObject) {
    const parts = sshKey(key);
    if (!parts) return { line: "", md5: "", sha256: "" };
    const blob = publicBlob(parts);
    const md5 = crypto.createHash("md5").update(blob).digest("hex");
    const sha256 = crypto.createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
    return {
        line: `${parts.type} ${blob.toString("base64")}\n`,
        md5: md5.replace(/..(?!$)/g, "$&:"),
        sha256: `SHA256:${sha256}`,
    };
}

/** The key as `ssh-keygen` writes it without a passphrase; empty where SSH has no such key. */
export function opensshPrivateKey(key: crypto.KeyObject): string {
    const parts = sshKey(key);
    if (!parts) return "";
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
    const lines = content.toString("base64").match(/.{1,70}/g) ?? [];
    return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

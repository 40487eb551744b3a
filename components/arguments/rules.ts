import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Rule } from "./check";

const shown = (value: unknown) => JSON.stringify(value);

function matching(pattern: RegExp, longest: number, what: string): Rule {
    return (value) =>
        typeof value === "string" && value.length <= longest && pattern.test(value)
            ? undefined
            : `must be ${what}, not ${shown(value)}`;
}

export const text: Rule = (value) => (typeof value === "string" ? undefined : `must be a text, not ${shown(value)}`);

export const flag: Rule = (value) =>
    typeof value === "boolean" ? undefined : `must be true or false, not ${shown(value)}`;

export const objectOnly: Rule = (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "must be an object";

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): Rule {
    const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
    return (value) =>
        typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
            ? undefined
            : `must be a whole number ${range}, not ${shown(value)}`;
}

/** A member of a string enum. */
export function memberOf(members: Record<string, string>): Rule {
    const values = Object.values(members);
    return (value) =>
        typeof value === "string" && values.includes(value)
            ? undefined
            : `must be one of ${values.map(shown).join(", ")}, not ${shown(value)}`;
}

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/** RFC 1123 label of at most `longest` characters: the name of a namespace. */
export const dnsLabel = (longest = 63): Rule =>
    matching(
        new RegExp(`^${label}$`),
        longest,
        `lower-case letters, digits and hyphens, beginning and ending with a letter or digit, at most ${longest} characters`,
    );

/** RFC 1035 label: the name of a Service. */
export const serviceLabel = matching(
    /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    55,
    "lower-case letters, digits and hyphens, beginning with a letter, at most 55 characters",
);

/** RFC 1123 subdomain: the name of most objects, and a domain. */
export const dnsName = matching(
    new RegExp(`^${label}(\\.${label})*$`),
    253,
    "a name of lower-case letters, digits, hyphens and dots, e.g. `cluster.local`",
);

/** What stands before the first slash of an image reference. */
export const registryHost = matching(
    new RegExp(`^${label}(\\.${label})*(:[0-9]{1,5})?$`),
    259,
    "a host name with an optional port and without a scheme, e.g. `registry.example.com` or `registry.example.com:8443`",
);

const ipv6Address = /^\[([0-9a-f:.]+)\](:[0-9]{1,5})?$/;

/** What a node can dial: a host name or an IP address, an IPv6 one in brackets. */
export const registryEndpoint: Rule = (value) =>
    registryHost(value) === undefined || isIP(ipv6Address.exec(String(value))?.[1] ?? "") === 6
        ? undefined
        : `must be a host name or an address with an optional port, e.g. \`203.0.113.7:443\` or \`[2001:db8::7]:443\`, not ${shown(value)}`;

export const registryPrefix = matching(
    new RegExp(`^${label}(\\.${label})*(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$`),
    400,
    "a registry with an optional path and without a scheme, e.g. `mirror.example.com/hub`",
);

/** `[host/]repository` with a tag, a digest or both. */
export const imageReference = matching(
    /^[a-z0-9]([-a-z0-9._:]*[a-z0-9])?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?$/,
    500,
    "an image reference, e.g. `docker.io/library/registry:3.1.2`",
);

/** A Kubernetes quantity of bytes or cores. */
export const quantity = matching(
    /^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/,
    30,
    "a Kubernetes quantity, e.g. `10Gi` or `500m`",
);

/** The same for a limit, which may be absent. */
export const quantityOrNone: Rule = (value) =>
    value === "none" || quantity(value) === undefined
        ? undefined
        : `must be a Kubernetes quantity, e.g. \`10Gi\` or \`500m\`, or \`none\` for no limit, not ${shown(value)}`;

export const absolutePath = matching(/^\/[^\0]*[^/\0]$/, 4096, "an absolute path of a folder, e.g. `/srv/registry`");

const wildcardOrName = new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`);

/** What a certificate can be valid for: a DNS name (also `*.example.com`) or an IP address. */
export const subjectAlternativeName: Rule = (value) =>
    typeof value === "string" && (isIP(value) !== 0 || (value.length <= 253 && wildcardOrName.test(value)))
        ? undefined
        : `must be a DNS name or an IP address, not ${shown(value)}`;

/** What may stand in HTML, in quotes and in a command of sed as it is. */
export const pageTitle = matching(
    /^[\p{L}\p{N}][\p{L}\p{N} .,:()_-]*$/u,
    100,
    "letters, digits, spaces and the signs . , : ( ) _ -",
);

export const nonEmptyText = matching(/\S/, 4096, "a text that is not empty");

/** Name of an S3 bucket: AWS's rule, and the letters that other servers take beside it. */
export const bucketName = matching(
    /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
    255,
    "the name of a bucket: letters, digits, dots, hyphens and underscores",
);

/** Part of an object's name in S3 that works as a folder. */
export const objectKey = matching(
    /^\/?[\w.!*'()-]+(\/[\w.!*'()-]+)*$/,
    512,
    "a folder in a bucket, e.g. `registry` or `team/registry`",
);

/** Scheme, host and port of an HTTP server. */
export const origin: Rule = (value) => {
    const [, host] = /^https?:\/\/(.+)$/.exec(String(value)) ?? [];
    return host !== undefined && registryEndpoint(host) === undefined
        ? undefined
        : `must be an address of scheme, host and perhaps port, e.g. \`https://s3.example.com\` or \`http://minio.minio.svc:9000\`, not ${shown(value)}`;
};

/** Address of a Helm repository. */
export const httpAddress = matching(
    /^https?:\/\/[^\s/]\S*$/,
    2048,
    "an address, e.g. `https://helm.example.com/charts`",
);

/** A version that always means the same. */
export const exactVersion = matching(
    /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/,
    100,
    "one version and not a range, e.g. `3.0.0`",
);

/** One certificate or several. */
export const certificatePem: Rule = (value) => {
    const blocks = String(value).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return blocks.length > 0 && blocks.every((pem) => succeeds(() => new X509Certificate(pem)))
        ? undefined
        : "must be certificates in PEM form";
};

/** A private key without a passphrase. */
export const privateKeyPem: Rule = (value) =>
    typeof value === "string" && succeeds(() => createPrivateKey(value))
        ? undefined
        : "must be a private key in PEM form without a passphrase";

function succeeds(action: () => unknown): boolean {
    try {
        action();
        return true;
    } catch {
        return false;
    }
}

export const ipAddress: Rule = (value) =>
    typeof value === "string" && isIP(value) !== 0 ? undefined : `must be an IP address, not ${shown(value)}`;

/** Where a machine is reached. */
export const hostOrAddress: Rule = (value) =>
    dnsName(value) === undefined || (typeof value === "string" && isIP(value) !== 0)
        ? undefined
        : `must be a host name or an IP address, not ${shown(value)}`;

/** Name of a user of a machine. */
export const unixUser = matching(
    /^[a-zA-Z_][a-zA-Z0-9_.-]*$/,
    32,
    "a user's name of letters, digits, dots, hyphens and underscores",
);

/** A public key as in `/etc/ssh/ssh_host_ecdsa_key.pub`. */
export const sshHostKey = matching(
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) AAAA[A-Za-z0-9+/]{40,}={0,2}( [^\n]*)?\n?$/,
    8192,
    "a public host key on one line, e.g. `ecdsa-sha2-nistp256 AAAA…`",
);

/** A private key as `ssh-keygen` writes it. Node knows PEM only, so an OpenSSH key is read just far enough to see its cipher. */
export const sshPrivateKey: Rule = (value) => {
    const reason = "must be a private key in PEM or OpenSSH form without a passphrase";
    const [, kind, base64] =
        /^-----BEGIN ([A-Z ]*)PRIVATE KEY-----\n([\s\S]+)-----END \1PRIVATE KEY-----\s*$/.exec(String(value)) ?? [];
    if (kind === undefined) return reason;
    if (kind !== "OPENSSH ") return privateKeyPem(value) === undefined ? undefined : reason;
    const unencrypted = "openssh-key-v1\0\0\0\0\u0004none";
    return Buffer.from(base64, "base64").subarray(0, unencrypted.length).toString("latin1") === unencrypted
        ? undefined
        : reason;
};

/** A range of addresses. */
export const cidr: Rule = (value) => {
    const [, address, bits] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(String(value)) ?? [];
    const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address ?? "")] as number;
    return typeof value === "string" && Number(bits) <= longest
        ? undefined
        : `must be a range of addresses, e.g. \`10.0.0.0/8\` or \`2001:db8::/32\`, not ${shown(value)}`;
};

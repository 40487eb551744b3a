import { createPrivateKey } from "node:crypto";
import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import { reasonAgainst } from "./check";
import { parseCertificates } from "./formats/certificate";
import { hasPrivateKey } from "./formats/pem";
import { authorityFault } from "./formats/servingCertificate";
import { type FreeForm, hidden, omittedIfEmpty, type Rule, valueRule } from "./shapes";

type StringRule = Rule<pulumi.Input<string>>;

/** A value that satisfies a condition. */
function must<T>(sentence: string, isRight: (value: unknown) => boolean): Rule<pulumi.Input<T>> {
    return valueRule((value) => (isRight(value) ? undefined : `must ${sentence}`));
}

/** A string that matches a pattern. */
function matching(pattern: RegExp, longest: number, what: string): StringRule {
    const isRight = (value: unknown) => typeof value === "string" && value.length <= longest && pattern.test(value);
    return must(`be ${what}`, isRight);
}

const satisfies = (rule: StringRule, value: unknown) => reasonAgainst(rule, value) === undefined;

export const string: StringRule = must("be a string", (value) => typeof value === "string");

export const boolean = must<boolean>("be true or false", (value) => typeof value === "boolean");

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** An object with any content, which may contain secrets. */
export const freeForm = hidden(must("be an object", isObject)) as Rule<FreeForm>;

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Rule<pulumi.Input<number>> {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    const isRight = (value: unknown) =>
        typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
    return must(`be an integer ${range}`, isRight);
}

/** One of some strings. */
export function oneOf<T extends string = string>(...values: T[]): Rule<pulumi.Input<T>> {
    const all = values.map((value) => `"${value}"`).join(", ");
    return must(`be one of ${all}`, (value) => values.includes(value as T));
}

/** A member of a string enum. */
export function memberOf<E extends string>(members: Readonly<Record<string, E>>): Rule<pulumi.Input<E>> {
    return oneOf(...Object.values(members));
}

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/** RFC 1123 label of at most `longest` characters: the name of a namespace. */
export const dnsLabel = (longest = 63): StringRule =>
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

/** The registry host of an image reference: the part before the first slash. */
export const registryHost = matching(
    new RegExp(`^${label}(\\.${label})*(:[0-9]{1,5})?$`),
    259,
    "a host name with an optional port and without a scheme, e.g. `registry.example.com` or `registry.example.com:8443`",
);

const ipv6Address = /^\[([0-9a-f:.]+)\](:[0-9]{1,5})?$/;

/** An address that a node can connect to: a host name or an IP address, IPv6 in brackets, with an optional port. */
export const registryEndpoint: StringRule = must(
    "be a host name or an IP address with an optional port, e.g. `203.0.113.7:443` or `[2001:db8::7]:443`",
    (value) => satisfies(registryHost, value) || isIP(ipv6Address.exec(String(value))?.[1] ?? "") === 6,
);

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

/** A Kubernetes quantity of bytes or CPU cores. */
export const quantity = matching(
    /^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/,
    30,
    "a Kubernetes quantity, e.g. `10Gi` or `500m`",
);

/** A quantity, or `none` for no limit. */
export const quantityOrNone: StringRule = must(
    "be a Kubernetes quantity, e.g. `10Gi` or `500m`, or `none` for no limit",
    (value) => value === "none" || satisfies(quantity, value),
);

export const absolutePath = matching(/^\/[^\0]*[^/\0]$/, 4096, "an absolute path of a directory, e.g. `/srv/registry`");

const wildcardOrName = new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`);

/** A subject alternative name: a DNS name, which may be a wildcard such as `*.example.com`, or an IP address. */
export const subjectAlternativeName: StringRule = must(
    "be a DNS name or an IP address",
    (value) => typeof value === "string" && (isIP(value) !== 0 || (value.length <= 253 && wildcardOrName.test(value))),
);

/** A string that needs no escaping in HTML, in quotes or in a sed command. */
export const pageTitle = matching(
    /^[\p{L}\p{N}][\p{L}\p{N} .,:()_-]*$/u,
    100,
    "letters, digits, spaces and the characters . , : ( ) _ -",
);

export const nonEmptyString = matching(/\S/, 4096, "a non-empty string");

/** Name of an S3 bucket: what AWS allows, and the further characters that S3-compatible servers accept. */
export const bucketName = matching(
    /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
    255,
    "a bucket name of letters, digits, dots, hyphens and underscores",
);

/** Key prefix of the objects in an S3 bucket. */
export const objectKey = matching(
    /^\/?[\w.!*'()-]+(\/[\w.!*'()-]+)*$/,
    512,
    "a key prefix in a bucket, e.g. `registry` or `team/registry`",
);

/** URL of an HTTP server: scheme, host and optional port. */
export const origin: StringRule = must(
    "be a URL with scheme, host and optional port, e.g. `https://s3.example.com` or `http://minio.minio.svc:9000`",
    (value) => {
        const [, host] = /^https?:\/\/(.+)$/.exec(String(value)) ?? [];
        return host !== undefined && satisfies(registryEndpoint, host);
    },
);

/** URL of a Helm repository. */
export const httpAddress = matching(/^https?:\/\/[^\s/]\S*$/, 2048, "a URL, e.g. `https://helm.example.com/charts`");

/** An exact version, not a range. */
export const exactVersion = matching(
    /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/,
    100,
    "an exact version and not a range, e.g. `3.0.0`",
);

function certificateFault(value: unknown): string | undefined {
    if (typeof value === "string" && hasPrivateKey(value)) {
        return "contains a private key, and certificates are not stored as secrets; remove the key, and replace it if this value was stored or shared";
    }
    const isRight = typeof value === "string" && succeeds(() => parseCertificates(value));
    return isRight ? undefined : "must be PEM-encoded certificates";
}

/** One or more PEM-encoded certificates, without a key. */
export const certificatePem: StringRule = hidden(valueRule(certificateFault));

/** PEM-encoded certificates to trust, of which one is usable now. */
export const authorityPem: StringRule = hidden(
    valueRule((value) => certificateFault(value) ?? authorityFault(value as string)),
);

/** The same; an empty string means that there is nothing to trust in addition. */
export const optionalAuthorityPem: StringRule = omittedIfEmpty(authorityPem);

/** A PEM-encoded private key without a passphrase. */
export const privateKeyPem: StringRule = hidden(
    must("be a PEM-encoded private key without a passphrase", isPrivateKey),
);

function isPrivateKey(value: unknown): boolean {
    return typeof value === "string" && succeeds(() => createPrivateKey(value));
}

function succeeds(action: () => unknown): boolean {
    try {
        action();
        return true;
    } catch {
        return false;
    }
}

export const ipAddress: StringRule = must(
    "be an IP address",
    (value) => typeof value === "string" && isIP(value) !== 0,
);

/** Host name or IP address of a machine. */
export const hostOrAddress: StringRule = must(
    "be a host name or an IP address",
    (value) => satisfies(dnsName, value) || satisfies(ipAddress, value),
);

/** Unix user name. */
export const unixUser = matching(
    /^[a-zA-Z_][a-zA-Z0-9_.-]*$/,
    32,
    "a user name of letters, digits, dots, hyphens and underscores",
);

/** A public host key, as in `/etc/ssh/ssh_host_ecdsa_key.pub`. */
export const sshHostKey = matching(
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) AAAA[A-Za-z0-9+/]{40,}={0,2}( [^\n]*)?\n?$/,
    8192,
    "a public host key on one line, e.g. `ecdsa-sha2-nistp256 AAAA…`",
);

/** A private key as `ssh-keygen` writes it. Node parses only PEM, so an OpenSSH key is read just far enough to find its cipher. */
export const sshPrivateKey: StringRule = hidden(
    must("be a private key in PEM or OpenSSH format without a passphrase", (value) => {
        const [, kind, base64] =
            /^-----BEGIN ([A-Z ]*)PRIVATE KEY-----\n([\s\S]+)-----END \1PRIVATE KEY-----\s*$/.exec(String(value)) ?? [];
        if (kind !== "OPENSSH ") return kind !== undefined && isPrivateKey(value);
        const unencrypted = "openssh-key-v1\0\0\0\0\u0004none";
        return Buffer.from(base64, "base64").subarray(0, unencrypted.length).toString("latin1") === unencrypted;
    }),
);

/** An address range in CIDR notation. */
export const cidr: StringRule = must(
    "be an address range in CIDR notation, e.g. `10.0.0.0/8` or `2001:db8::/32`",
    (value) => {
        const [, address, bits] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(String(value)) ?? [];
        const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address ?? "")] as number;
        return typeof value === "string" && Number(bits) <= longest;
    },
);

/** The content of a pull secret (`.dockerconfigjson`), which contains passwords. */
export const dockerConfig: StringRule = hidden(
    must("be the JSON of a dockerconfigjson Secret, with `auths`", (value) => {
        let auths: unknown;
        return typeof value === "string" && succeeds(() => (auths = JSON.parse(value).auths)) && isObject(auths);
    }),
);

import { parsed } from "./registryConfig";
import { entries, type Tree } from "./resource";

/** Values that stand for a secret elsewhere, or for none: variables, templates, paths, references and switches. */
const notSecret =
    /^(\$[({\w]|\{\{|<[^>]*>$|\/|\.\/|file:|vault:|ref\+|op:\/\/|(yes|no|true|false|on|off|none|null|enabled?|disabled?|required|optional|\d{1,3})$|\*+$)/i;

/** Whether a value is a secret itself, if something says that it may be one. */
export function isSecret(value: string): boolean {
    const bare = value.trim().replace(/^["']|["']$/g, "");
    return bare !== "" && !notSecret.test(bare);
}

const secretWord = /(password|passwd|passphrase|secret|secret-?_?key|access-?_?key|api-?_?key|private-?_?key|token)$/i;
/** Names of Secret objects, and switches, that end with such a word. */
const notSecretName =
    /((existing|pull|tls)[-_]?secret|(allow|require|use|enable|disable|skip)\w*[-_]?(password|token))$/i;

function isSecretName(name: string): boolean {
    return secretWord.test(name) && !notSecretName.test(name);
}

/** Whether a variable of this name and value holds a secret in the clear. */
export function isSecretVariable(name: string, value: string): boolean {
    const word =
        /(PASSWORD|PASSWD|PASSPHRASE|(?:^|_)PASS|(?:^|_)PWD|SECRET|SECRET_?KEY|ACCESS_?KEY|API_?KEY|PRIVATE_?KEY|TOKEN|CREDENTIALS)$/i;
    return word.test(name) && !notSecretName.test(name) && isSecret(value);
}

/** Secret material in a string, whatever its format. Each pattern's first group, if it has one, is the secret. */
const patterns: readonly [what: string, pattern: RegExp][] = [
    ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
    [
        "a password's hash",
        /(?:^|[\s:"'=])(?:\$(?:2[abxy]\$\d\d|apr1|[156]\$[\w./=-]+|y\$|argon2id?)\$|\{S?SHA\}[\w+/])/m,
    ],
    ["the login of a URL", /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:([^\s/@"']+)@/gi],
    ["an Authorization header", /\bAuthorization["']?[ \t]*[:=]?[ \t]*\[?["']?(?:Basic|Bearer)[ \t]+([^\s"']+)/gi],
    [
        "a password or secret",
        /^[ \t]*(?:export[ \t]+)?[\w.-]*(?:password|passwd|secret|secretkey|accesskey|token)[ \t]*[:=][ \t]*(["']?[^\s"'{}[\]|>#][^\s"']*)/gim,
    ],
];

/** What secrets a string holds: the contents of a file in any format, or one value. */
export function secretsIn(content: string): string[] {
    const found = patterns.filter(([, pattern]) => {
        const matches = content.matchAll(
            new RegExp(pattern, pattern.flags.includes("g") ? pattern.flags : `${pattern.flags}g`),
        );
        return [...matches].some(
            ([line, secret]) => (secret === undefined || isSecret(secret)) && !isNamedHarmlessly(line),
        );
    });
    const structured = /[{:]/.test(content) ? secretsInTree(parsed(content)) : [];
    return [...new Set([...found.map(([what]) => what), ...structured])];
}

function isNamedHarmlessly(line: string): boolean {
    const [, name] = /^[ \t]*([\w.-]+)[ \t]*[:=]/.exec(line) ?? [];
    return name !== undefined && notSecretName.test(name);
}

/** Secrets in the settings of a YAML or JSON document. */
function secretsInTree(tree: Tree): string[] {
    if (typeof tree !== "object" || tree === null) return [];
    // A variable of a manifest.
    const { name, value: given } = tree;
    if (typeof name === "string" && typeof given === "string" && isSecretVariable(name, given)) {
        return ["a password or secret"];
    }
    return entries(() => tree).flatMap(([key, value]) => {
        if (key === "auths" && hasLogin(value)) return ["the login of a pull secret"];
        if (typeof value !== "string") return secretsInTree(value);
        if (isLogin(key, value)) return ["the login of a pull secret"];
        if (isSecretName(key) && isSecret(value)) return ["a password or secret"];
        // A document in a document, such as a manifest in an annotation.
        return secretsIn(value);
    });
}

/** Whether a pull secret has a login for a host. Without one, Docker keeps it elsewhere. */
function hasLogin(auths: Tree): boolean {
    return entries(() => auths).some(([, login]) =>
        ["auth", "password", "identitytoken", "registrytoken"].some((field) => isSecret(String(login[field] ?? ""))),
    );
}

/** `auth` in a pull secret is the user name and the password in base64. */
function isLogin(key: string, value: string): boolean {
    return key === "auth" && /^[^:\s]+:[^\s]+$/.test(Buffer.from(value, "base64").toString());
}

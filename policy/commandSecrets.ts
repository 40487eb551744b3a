import { items, type Tree } from "./resource";
import { isSecret, secretsIn } from "./secretMaterial";

const word = /"[^"]*"|'[^']*'|[^\s;|&<>]+|[;|&<>]+/g;
const argument = `(?<secret>"[^"]*"|'[^']*'|[^\\s;|&<>-][^\\s;|&<>]*)`;

/** Options of programs whose value is a password, or ends with one. `htpasswd` takes it as its last word. */
const options: readonly RegExp[] = [
    `(?:^|\\s)--?(?:[\\w-]*password|[\\w-]*passwd|passphrase|requirepass|masterauth|[\\w-]*token)(?:=|\\s+)${argument}`,
    `(?:^|\\s)--?(?:(?:client|http|cookie|shared)-?secret|secret-?key|access-?key|api-?key)(?:=|\\s+)${argument}`,
    `\\b(?:curl|wget)\\b[^;|&\\n]*?\\s(?:-u|--user|--proxy-user)(?:=|\\s*)["']?[^\\s:"']+:(?<secret>[^\\s"';|&]+)`,
    `(?:^|\\s)--(?:src-|dest-)?creds(?:=|\\s+)["']?[^\\s:"']+:(?<secret>[^\\s"';|&]+)`,
    `\\b(?:login|sshpass)\\b[^;|&\\n]*?\\s-p\\s*${argument}`,
    `--from-literal(?:=|\\s+)[\\w.-]*(?:password|token|secret|key)=${argument}`,
    `\\becho\\s+(?:-\\w+\\s+)?${argument}\\s*\\|[^|;&]*(?:--password-stdin|htpasswd\\s+-\\w*i)`,
    `\\b(?:mysql\\w*|mariadb[\\w-]*)\\b[^;|&\\n]*?\\s-p${argument}`,
    `\\bredis-cli\\b[^;|&\\n]*?\\s-a\\s+${argument}`,
    `\\bmc\\s+(?:alias\\s+set|config\\s+host\\s+add)\\s+\\S+\\s+\\S+\\s+\\S+\\s+${argument}`,
    `(?:^|[\\s;&|])[A-Z_]*(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_KEY|ACCESS_KEY|TOKEN)=${argument}`,
].map((pattern) => new RegExp(pattern, "g"));

/** What secrets a container's command line holds. */
export function secretsInCommand(words: readonly unknown[]): string[] {
    const line = words.filter((one) => typeof one === "string").join(" ");
    const given = options.flatMap((option) => [...line.matchAll(option)].map((match) => match.groups?.secret ?? ""));
    const isGiven = [...given, ...hashedPasswords(line)].some(isSecret);
    return [...new Set([...(isGiven ? ["a password or secret"] : []), ...secretsIn(line)])];
}

/** The last words of `htpasswd -Bbn <user> <password>` and of `openssl passwd <password>`. */
function hashedPasswords(line: string): string[] {
    return [...line.matchAll(/\b(htpasswd|openssl\s+passwd)\s/g)].flatMap((program) => {
        const words = [...line.slice(program.index + program[0].length).matchAll(word)].map(([one]) => one);
        const end = words.findIndex((one) => /^[;|&<>]/.test(one));
        const own = end < 0 ? words : words.slice(0, end);
        const isGiven = program[1] !== "htpasswd" || own.some((one) => /^-[a-zA-Z0-9]*b/.test(one));
        return isGiven ? own.slice(-1).filter((one) => !one.startsWith("-")) : [];
    });
}

/** The commands of a container: its own, and those of its probes and lifecycle handlers. */
export function commands(container: Tree): unknown[][] {
    const own = [...items(() => container.command), ...items(() => container.args)];
    return [own, ...handlers(container).map((handler) => items(() => handler()?.exec?.command))];
}

/** The values of the headers with which a container's probes and lifecycle handlers log in. */
export function loginHeaders(container: Tree): unknown[] {
    return handlers(container)
        .flatMap((handler) => items(() => handler()?.httpGet?.httpHeaders))
        .filter((header) => /authorization|token|api-?key/i.test(String(header.name)))
        .map((header) => header.value);
}

function handlers(container: Tree): (() => Tree)[] {
    return [
        () => container.livenessProbe,
        () => container.readinessProbe,
        () => container.startupProbe,
        () => container.lifecycle?.postStart,
        () => container.lifecycle?.preStop,
    ];
}

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
    `\\blogin\\b[^;|&\\n]*?\\s-p\\s*${argument}`,
    `\\b(?:mysql\\w*|mariadb[\\w-]*)\\b[^;|&\\n]*?\\s-p${argument}`,
    `\\bredis-cli\\b[^;|&\\n]*?\\s-a\\s+${argument}`,
    `\\bmc\\s+(?:alias\\s+set|config\\s+host\\s+add)\\s+\\S+\\s+\\S+\\s+\\S+\\s+${argument}`,
    `(?:^|[\\s;&|])[A-Z_]*(?:PASSWORD|PASSWD|PGPASS|SECRET|SECRET_KEY|TOKEN)=${argument}`,
].map((pattern) => new RegExp(pattern, "g"));

/** What secrets a container's command line holds. */
export function secretsInCommand(words: readonly unknown[]): string[] {
    const line = words.filter((one) => typeof one === "string").join(" ");
    const given = options.flatMap((option) => [...line.matchAll(option)].map((match) => match.groups?.secret ?? ""));
    const isGiven = [...given, ...passwordsOfHtpasswd(line)].some(isSecret);
    return [...new Set([...(isGiven ? ["a password or secret"] : []), ...secretsIn(line)])];
}

/** The passwords in `htpasswd -Bbn <user> <password>`: with `-b`, the last word. */
function passwordsOfHtpasswd(line: string): string[] {
    return line
        .split(/\bhtpasswd\s+(?=-)/)
        .slice(1)
        .flatMap((rest) => {
            const words = [...rest.matchAll(word)].map(([one]) => one);
            const end = words.findIndex((one) => /^[;|&<>]/.test(one));
            const own = end < 0 ? words : words.slice(0, end);
            const isOnCommandLine = own.some((one) => /^-[a-zA-Z0-9]*b/.test(one));
            return isOnCommandLine ? own.slice(-1) : [];
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

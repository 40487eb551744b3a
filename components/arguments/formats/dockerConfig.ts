/** The content of a pull secret (`.dockerconfigjson`): one login for each host. */
export function dockerConfigJson(hosts: readonly string[], username: string, password: string): string {
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    const auths = Object.fromEntries(hosts.map((host) => [host, { username, password, auth }]));
    return JSON.stringify({ auths });
}

/** An entry of `auths`, as a kubelet reads it. */
export interface DockerLogin {
    /** With its port, without scheme and path. `*` stands for any characters of a label. */
    readonly host: string;
    /** Path that the names of images must begin with; empty for all images of the host. */
    readonly path: string;
    /** Both are empty without a login. */
    readonly username: string;
    readonly password: string;
    /** Whether it has a token instead of a password. Kubelets ignore tokens. */
    readonly hasToken: boolean;
    /** Whether it can be decoded. If one cannot, kubelets ignore the whole Secret. */
    readonly isReadable: boolean;
}

type Entry = Readonly<Record<string, unknown>> | null;

/** What a Docker configuration contains in addition to logins: where Docker keeps those that it omits. */
interface DockerConfig {
    readonly auths: Readonly<Record<string, Entry>>;
    readonly credsStore?: string;
    readonly credHelpers?: Readonly<Record<string, string>>;
}

/**
 * The logins in the content of a pull secret. Throws if it is not JSON.
 * https://github.com/kubernetes/kubernetes/blob/v1.35.8/pkg/credentialprovider/keyring.go
 */
export function dockerLogins(content: string): DockerLogin[] {
    const { auths }: DockerConfig = JSON.parse(content);
    return Object.entries(auths ?? {}).map(([key, entry]) => ({ ...location(key), ...credentials(entry) }));
}

/** A key is a host or a URL. `/v1/` and `/v2/`, with their final slash, are addresses of the registry itself. */
function location(key: string): Pick<DockerLogin, "host" | "path"> {
    const [, authority, rest] = /^(?:https?:\/\/)?([^/?#]*)([^?#]*)/.exec(key) ?? ["", "", ""];
    const path = /^\/v[12]\//.test(rest) ? rest.slice(3) : rest;
    return { host: authority.slice(authority.lastIndexOf("@") + 1), path: path === "/" ? "" : path };
}

function credentials(entry: Entry): Omit<DockerLogin, "host" | "path"> {
    const { auth = "", username = "", password = "", identitytoken, registrytoken } = entry ?? {};
    const hasToken = Boolean(identitytoken || registrytoken);
    const unreadable = { username: "", password: "", hasToken, isReadable: false };
    if (typeof auth !== "string" || typeof username !== "string" || typeof password !== "string") return unreadable;
    if (auth === "") return { username, password, hasToken, isReadable: true };
    const [, name, secret] = /^([^:]*):(.*)$/s.exec(decoded(auth) ?? "") ?? [];
    return secret === undefined ? unreadable : { username: name, password: secret, hasToken, isReadable: true };
}

/** Base64 with its padding or without any; undefined for anything else. */
function decoded(text: string): string | undefined {
    const base64 = text.replace(/[\r\n]/g, "");
    const isPadded = base64.endsWith("=") ? base64.length % 4 === 0 : base64.length % 4 !== 1;
    return isPadded && /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, "base64").toString() : undefined;
}

/** The entries that apply to images of a host: those for all of its images first. */
function entriesFor(logins: readonly DockerLogin[], host: string): DockerLogin[] {
    const rank = (login: DockerLogin) => (login.path === "" ? 0 : 2) + (login.host === host ? 0 : 1);
    return logins.filter((login) => covers(login.host, host)).sort((a, b) => rank(a) - rank(b));
}

/** Hosts are compared label by label, and their ports must be equal: `registry.example.com:443` is another host. */
function covers(pattern: string, host: string): boolean {
    const [labels, wanted] = [pattern, host].map((name) => name.replace(/:\d+$/, "").split("."));
    const port = (name: string) => /:(\d+)$/.exec(name)?.[1];
    if (port(pattern) !== port(host) || labels.length !== wanted.length) return false;
    return labels.every((label, i) => {
        const parts = label.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&"));
        return new RegExp(`^${parts.join(".*")}$`).test(wanted[i]);
    });
}

const isUsable = ({ username, password }: DockerLogin) => username !== "" && password !== "";

/** The logins in a pull secret's content, by host, encoded for Basic authentication. */
export function loginsOf(content: string, hosts: readonly string[]): Record<string, string> {
    const logins = dockerLogins(content);
    const found = hosts.flatMap((host) => {
        const login = entriesFor(logins, host).find(isUsable);
        return login ? [[host, Buffer.from(`${login.username}:${login.password}`).toString("base64")]] : [];
    });
    return Object.fromEntries(found);
}

/** Why pods cannot log in to these hosts with a pull secret of this content, and what to change. */
export function loginFaults(content: string, hosts: readonly string[]): string[] {
    const logins = dockerLogins(content);
    const unreadable = logins.find(({ isReadable }) => !isReadable);
    if (unreadable !== undefined) {
        return [
            `has a login for ${unreadable.host} that cannot be decoded, so kubelets ignore all logins; set auth to the base64 of user name, colon and password`,
        ];
    }
    return hosts
        .filter((host) => !entriesFor(logins, host).some(isUsable))
        .map((host) => `has no login for ${host}${missingLogin(JSON.parse(content), logins, host)}`);
}

/** Whether a pull secret has no entry at all, and Docker keeps none elsewhere. */
export function isWithoutLogins(content: string): boolean {
    const { auths, credsStore, credHelpers }: DockerConfig = JSON.parse(content);
    return Object.keys(auths).length === 0 && !credsStore && !credHelpers;
}

function missingLogin({ credsStore, credHelpers }: DockerConfig, logins: readonly DockerLogin[], host: string) {
    if (entriesFor(logins, host).some(({ hasToken }) => hasToken)) {
        return " but a token, which kubelets ignore; set user name and password in auths";
    }
    const helpers = Object.keys(credHelpers ?? {}).map((key) => location(key).host);
    const store = helpers.includes(host) ? "credHelpers" : credsStore ? "credsStore" : undefined;
    if (store !== undefined) {
        return `; Docker keeps it in ${store}, which pods cannot read, so set user name and password in auths`;
    }
    const name = host.replace(/:\d+$/, "");
    const other = logins.find((login) => isUsable(login) && login.host.replace(/:\d+$/, "") === name);
    return other === undefined
        ? "; set its user name and password in auths"
        : ` but for ${other.host}; write the port as in the names of images`;
}

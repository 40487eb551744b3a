/** The content of a pull secret (`.dockerconfigjson`): one login for each host. */
export function dockerConfigJson(hosts: readonly string[], username: string, password: string): string {
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    const auths = Object.fromEntries(hosts.map((host) => [host, { username, password, auth }]));
    return JSON.stringify({ auths });
}

/** The logins in a pull secret's content, by host, encoded for Basic authentication. */
export function loginsOf(content: string, hosts: readonly string[]): Record<string, string> {
    const auths: Record<string, { auth?: string; username?: string; password?: string }> = JSON.parse(content).auths;
    const logins = hosts.flatMap((host) => {
        // The Docker CLI writes URLs with a scheme.
        const login = auths[host] ?? auths[`https://${host}`];
        const { username, password } = login ?? {};
        if (login?.auth && /^[A-Za-z0-9+/=]+$/.test(login.auth)) return [[host, login.auth]];
        return username && password ? [[host, Buffer.from(`${username}:${password}`).toString("base64")]] : [];
    });
    return Object.fromEntries(logins);
}

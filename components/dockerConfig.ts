/** The content of a pull secret (`.dockerconfigjson`): one login for each host that images may be tagged with. */
export function dockerConfigJson(hosts: readonly string[], username: string, password: string): string {
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    const auths = Object.fromEntries(hosts.map((host) => [host, { username, password, auth }]));
    return JSON.stringify({ auths });
}

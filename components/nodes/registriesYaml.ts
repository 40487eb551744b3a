import { stringify } from "yaml";
import type { RegistryOnNodes } from "./nodeFiles";

/** Path of the CA certificate that registries.yaml refers to. */
export function rancherCaFile(host: string): string {
    return `/etc/rancher/certs.d/${host}/ca.crt`;
}

/**
 * registries.yaml, which k3s and RKE2 read at startup. Its certificates and logins are keyed by the address that they connect to.
 * https://docs.k3s.io/installation/private-registry
 */
export function registriesYaml({ hosts, endpoint, caCertPem, logins }: RegistryOnNodes): string {
    const mirrors = hosts.map((host) => [host, { endpoint: [`https://${endpoint ?? host}`] }] as const);
    // All hosts are the same registry, so hosts with a common endpoint need only one entry.
    const configuredHosts = endpoint === undefined ? hosts : hosts.slice(0, 1);
    const configs = configuredHosts.map((host) => {
        const login = logins?.[host];
        const config = {
            ...(login !== undefined && { auth: usernameAndPassword(login) }),
            ...(caCertPem !== undefined && { tls: { ca_file: rancherCaFile(hosts[0]) } }),
        };
        return [endpoint ?? host, config] as const;
    });
    return stringify({ mirrors: Object.fromEntries(mirrors), configs: Object.fromEntries(configs) }, format);
}

/** k3s parses it as YAML 1.1, in which more unquoted words are not strings. */
const format = { version: "1.1", defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 } as const;

function usernameAndPassword(login: string) {
    const [username, ...rest] = Buffer.from(login, "base64").toString().split(":");
    return { username, password: rest.join(":") };
}

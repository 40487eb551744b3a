import { stringify } from "yaml";
import type { RegistryOnNodes } from "./nodeFiles";

/** Where a node of k3s or RKE2 keeps the registry's authority for its registries.yaml. */
export function rancherCaFile(host: string): string {
    return `/etc/rancher/certs.d/${host}/ca.crt`;
}

/**
 * The file by which k3s and RKE2 know registries when they start. It knows certificates and logins by the address that is
 * dialled. https://docs.k3s.io/installation/private-registry
 */
export function registriesYaml({ hosts, endpoint, caCertPem, logins }: RegistryOnNodes): string {
    const mirrors = hosts.map((host) => [host, { endpoint: [`https://${endpoint ?? host}`] }] as const);
    // All hosts lead to one registry, so where they share an endpoint they share what is known of it.
    const dialled = endpoint === undefined ? hosts : hosts.slice(0, 1);
    const configs = dialled.map((host) => {
        const login = logins?.[host];
        const config = {
            ...(login !== undefined && { auth: usernameAndPassword(login) }),
            ...(caCertPem !== undefined && { tls: { ca_file: rancherCaFile(hosts[0]) } }),
        };
        return [endpoint ?? host, config] as const;
    });
    return stringify({ mirrors: Object.fromEntries(mirrors), configs: Object.fromEntries(configs) }, format);
}

/** k3s reads it with a parser of YAML 1.1, to which more plain words than to ours are no texts. */
const format = { version: "1.1", defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 } as const;

function usernameAndPassword(login: string) {
    const [username, ...rest] = Buffer.from(login, "base64").toString().split(":");
    return { username, password: rest.join(":") };
}

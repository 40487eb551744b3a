import { stringify } from "yaml";
import type { KeyPair } from "./pki";

/** A kubeconfig with one user of one cluster, with all keys inside. */
export function kubeconfig(cluster: string, server: string, authority: string, user: string, pair: KeyPair): string {
    return stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: cluster, cluster: { server, "certificate-authority-data": base64(authority) } }],
        users: [
            {
                name: user,
                user: { "client-certificate-data": base64(pair.certificate), "client-key-data": base64(pair.key) },
            },
        ],
        contexts: [{ name: cluster, context: { cluster, user } }],
        "current-context": cluster,
    });
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Login } from "./credentials";
import { type Identity, marks } from "./labels";
import { script } from "./scripts";
import { registryUser } from "./server";

export interface CredentialsGate {
    readonly namespace: pulumi.Output<string>;
    readonly image: pulumi.Output<string>;
    readonly imagePullSecrets: pulumi.Input<string>[];
    /** The registry inside the cluster, e.g. `https://registry.registry.svc`. */
    readonly url: pulumi.Output<string>;
    readonly caCertPem: pulumi.Output<string>;
    readonly replicas: number;
    readonly logins: Login[];
    /** The registry, which must be running with the changed file in its Secret. */
    readonly after: pulumi.Resource[];
}

/**
 * A Job that ends when the registry accepts the logins, so that a rotated password is not handed out before it works. There is
 * nothing to wait for, and no Job, as long as no user's generation was raised.
 */
export function awaitCredentials(
    identity: Identity,
    gate: CredentialsGate,
    parent: pulumi.Resource,
): pulumi.Resource[] {
    const rotated = gate.logins.filter((login) => login.generation > 1);
    if (rotated.length === 0) return [];
    const name = `${identity.name}-credentials`;
    const metadata = { namespace: gate.namespace, ...marks(identity, "credentials") };
    const content = pulumi
        .all([gate.caCertPem, ...rotated.map((login) => login.password)])
        .apply(([caCertPem, ...passwords]) => ({
            "ca.crt": caCertPem,
            ...Object.fromEntries(rotated.map((login, i) => [`login-${i}`, curlLogin(login.username, passwords[i])])),
        }));
    const generations = rotated.map((login) => `${login.username}=${login.generation}`).join(" ");
    const secret = new k8s.core.v1.Secret(name, { metadata, stringData: pulumi.secret(content) }, { parent });
    const item = (key: string) => ({ key, path: key });
    const job = new k8s.batch.v1.Job(
        `${name}-accepted`,
        {
            metadata,
            spec: {
                backoffLimit: 3,
                activeDeadlineSeconds: 300,
                template: {
                    // Not a checksum of the passwords, from which a weak one could be found by trying.
                    metadata: marks(identity, "credentials", { "private-registry/generations": generations }),
                    spec: {
                        restartPolicy: "Never",
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        imagePullSecrets: gate.imagePullSecrets.map((secretName) => ({ name: secretName })),
                        securityContext: {
                            runAsNonRoot: true,
                            runAsUser: registryUser,
                            runAsGroup: registryUser,
                            fsGroup: registryUser,
                            seccompProfile: { type: "RuntimeDefault" },
                        },
                        containers: [
                            {
                                name: "wait",
                                image: gate.image,
                                command: ["/bin/sh", "-c", script("credentialsGate.sh")],
                                env: [
                                    { name: "URL", value: pulumi.interpolate`${gate.url}/v2/` },
                                    { name: "TIMES", value: String(gate.replicas === 1 ? 1 : gate.replicas * 5) },
                                ],
                                resources: {
                                    requests: { cpu: "5m", memory: "16Mi" },
                                    limits: { cpu: "100m", memory: "64Mi" },
                                },
                                securityContext: {
                                    allowPrivilegeEscalation: false,
                                    readOnlyRootFilesystem: true,
                                    capabilities: { drop: ["ALL"] },
                                },
                                volumeMounts: [
                                    { name: "logins", mountPath: "/logins", readOnly: true },
                                    { name: "certificate", mountPath: "/certificate", readOnly: true },
                                ],
                            },
                        ],
                        volumes: [
                            {
                                name: "logins",
                                secret: {
                                    secretName: secret.metadata.name,
                                    defaultMode: 0o440,
                                    items: rotated.map((_, i) => item(`login-${i}`)),
                                },
                            },
                            {
                                name: "certificate",
                                secret: { secretName: secret.metadata.name, items: [item("ca.crt")] },
                            },
                        ],
                    },
                },
            },
        },
        { parent, dependsOn: gate.after },
    );
    return [job];
}

/** A login as a line of a curl configuration file. */
export function curlLogin(username: string, password: string): string {
    return `user = "${`${username}:${password}`.replace(/[\\"]/g, "\\$&")}"\n`;
}

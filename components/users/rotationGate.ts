import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { pullSecretReferences } from "../kubernetes/images";
import { restrictedPod, restrictedScript } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import type { Login } from "./users";

export interface CredentialsGate {
    readonly image: pulumi.Output<string>;
    readonly imagePullSecrets: pulumi.Input<string>[];
    /** Address by a name that the certificate holds, e.g. `https://registry.example.com`. */
    readonly url: pulumi.Output<string>;
    /** Name and port of the Service, to which the Job connects instead of the address. */
    readonly service: pulumi.Output<string>;
    /** Undefined if the certificate is publicly trusted. */
    readonly caCertPem: pulumi.Output<string> | undefined;
    readonly replicas: number;
    readonly logins: Login[];
    /** The registry, which must be running with the changed file in its Secret. */
    readonly after: pulumi.Resource[];
}

/**
 * A Job that ends when the registry accepts the logins, so that a rotated password becomes an output only when it works. No Job is
 * needed while no user's generation is above 1.
 */
export function awaitCredentials(scope: Scope, gate: CredentialsGate): pulumi.Resource[] {
    const rotated = gate.logins.filter((login) => login.generation > 1);
    if (rotated.length === 0) return [];
    const metadata = scope.metadata("credentials");
    const logins = pulumi
        .all(rotated.map((login) => login.password))
        .apply((passwords) => passwords.map((password, i) => [`login-${i}`, curlLogin(rotated[i].username, password)]));
    const content = pulumi
        .all([gate.caCertPem ?? "", logins])
        .apply(([caCertPem, all]) => ({ ...(caCertPem && { "ca.crt": caCertPem }), ...Object.fromEntries(all) }));
    const generations = rotated.map((login) => `${login.username}=${login.generation}`).join(" ");
    const secret = new k8s.core.v1.Secret(
        scope.name("credentials"),
        { metadata, stringData: pulumi.secret(content) },
        { parent: scope.parent },
    );
    const item = (key: string) => ({ key, path: key });
    const job = new k8s.batch.v1.Job(
        scope.name("credentials-accepted"),
        {
            metadata,
            spec: {
                backoffLimit: 3,
                activeDeadlineSeconds: 300,
                template: {
                    // Not a checksum of the passwords, from which a weak one could be found by trying.
                    metadata: scope.podMetadata("credentials", { "private-registry/generations": generations }),
                    spec: {
                        restartPolicy: "Never",
                        ...restrictedPod,
                        imagePullSecrets: pullSecretReferences(gate.imagePullSecrets),
                        containers: [
                            {
                                name: "wait",
                                image: gate.image,
                                command: ["/bin/sh", "-c", shellScript(__dirname, "rotationGate.sh")],
                                env: [
                                    { name: "URL", value: pulumi.interpolate`${gate.url}/v2/` },
                                    { name: "SERVICE", value: gate.service },
                                    { name: "TIMES", value: String(gate.replicas === 1 ? 1 : gate.replicas * 5) },
                                ],
                                ...restrictedScript,
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
                                secret: { secretName: secret.metadata.name, items: [item("ca.crt")], optional: true },
                            },
                        ],
                    },
                },
            },
        },
        { parent: scope.parent, dependsOn: gate.after },
    );
    return [job];
}

/** A login as a line of a curl configuration file. */
export function curlLogin(username: string, password: string): string {
    return `user = "${`${username}:${password}`.replace(/[\\"]/g, "\\$&")}"\n`;
}

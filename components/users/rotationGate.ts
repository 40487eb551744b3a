import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { secretByContent, suffixedMetadata } from "../kubernetes/contentNamed";
import { toolsImage } from "../kubernetes/images";
import { mountedSecret, type PodSettings, podSpec, scriptResources, variables } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import type { Users } from "./users";

/** The registry's settings that the Job depends on. */
export interface GateSettings extends PodSettings {
    readonly replicas: number;
}

/** The registry that the Job connects to. */
export interface GatedRegistry {
    readonly users: Pick<Users, "logins">;
    readonly address: {
        /** URL with a host name that the certificate is valid for, e.g. `https://registry.example.com`. */
        readonly podUrl: pulumi.Output<string>;
        /** DNS name and port of the Service, to which the Job connects instead. */
        readonly service: pulumi.Output<string>;
    };
    /** Undefined if the certificate is publicly trusted. */
    readonly certificate: { readonly caCertPem: pulumi.Output<string> | undefined };
    /** The Deployment or Helm release, which must be ready. */
    readonly server: { readonly resource: pulumi.Resource };
}

/** The passwords, by user name, when the registry accepts them. */
export function passwordsOnceAccepted(
    scope: Scope,
    settings: GateSettings,
    registry: GatedRegistry,
): pulumi.Output<Record<string, string>> {
    const { logins } = registry.users;
    const accepted = awaitAcceptance(scope, settings, registry);
    return pulumi
        .all([pulumi.all(logins.map((login) => login.password)), accepted])
        .apply(([passwords]) => Object.fromEntries(logins.map(({ username }, i) => [username, passwords[i]])));
}

/**
 * Creates a Job that completes when the registry accepts the logins, so that a rotated password becomes an output only when it works.
 * Without a user whose generation is above 1 there is no Job. The returned Output resolves when the Job has completed.
 */
function awaitAcceptance(scope: Scope, settings: GateSettings, registry: GatedRegistry): pulumi.Output<unknown> {
    const { users, address, certificate, server } = registry;
    const rotated = users.logins.filter((login) => login.generation > 1);
    if (rotated.length === 0) return pulumi.output([]);
    const logins = pulumi
        .all(rotated.map((login) => login.password))
        .apply((passwords) => passwords.map((password, i) => [`login-${i}`, curlLogin(rotated[i].username, password)]));
    const content = pulumi
        .all([certificate.caCertPem ?? "", logins])
        .apply(([caCertPem, all]) => ({ ...(caCertPem && { "ca.crt": caCertPem }), ...Object.fromEntries(all) }));
    const generations = rotated.map((login) => `${login.username}=${login.generation}`).join(" ");
    const secret = secretByContent(scope, "credentials", "credentials", pulumi.secret(content));
    const item = (key: string) => ({ key, path: key });
    const job = new k8s.batch.v1.Job(
        scope.name("credentials-accepted"),
        {
            metadata: suffixedMetadata(scope, "credentials-accepted", "credentials", secret.suffix),
            spec: {
                backoffLimit: 3,
                activeDeadlineSeconds: 300,
                template: {
                    // Not a checksum of the passwords, which would expose a weak one to brute force.
                    metadata: scope.podMetadata("credentials", { "private-registry/generations": generations }),
                    spec: podSpec(scope, settings, {
                        restartPolicy: "Never",
                        containers: [
                            {
                                name: "wait",
                                image: toolsImage,
                                command: ["/bin/sh", "-c", shellScript(__dirname, "rotationGate.sh")],
                                env: variables({
                                    URL: pulumi.interpolate`${address.podUrl}/v2/`,
                                    SERVICE: address.service,
                                    TIMES: String(settings.replicas === 1 ? 1 : settings.replicas * 5),
                                }),
                                resources: scriptResources,
                                additions: [
                                    mountedSecret("logins", secret.name, "/logins", {
                                        items: rotated.map((_, i) => item(`login-${i}`)),
                                    }),
                                    mountedSecret("certificate", secret.name, "/certificate", {
                                        items: [item("ca.crt")],
                                        optional: true,
                                    }),
                                ],
                            },
                        ],
                    }),
                },
            },
        },
        scope.options({ dependsOn: [server.resource] }),
    );
    return job.urn;
}

/** A login, as a line of a curl configuration file. */
export function curlLogin(username: string, password: string): string {
    return `user = "${`${username}:${password}`.replace(/[\\"]/g, "\\$&")}"\n`;
}

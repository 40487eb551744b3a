import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { apiAccount, apiCredentials } from "../kubernetes/apiAccess";
import { pullSecretReferences } from "../kubernetes/images";
import { restrictedPod, restrictedScript } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";

export interface CertificateWatch {
    readonly image: pulumi.Output<string>;
    readonly imagePullSecrets: pulumi.Input<string>[];
    /** Name of the TLS Secret that is renewed outside Pulumi. */
    readonly secretName: pulumi.Output<string>;
    /** The registry's name in the cluster, with its port. */
    readonly service: pulumi.Output<string>;
    /** Name of the registry's Deployment. */
    readonly deployment: pulumi.Output<string>;
}

/**
 * A separate pod that rolls the registry's pods after their certificate was renewed outside Pulumi. It may change that one
 * Deployment and nothing else, so the registry's pods need no token.
 */
export function watchCertificate(scope: Scope, watch: CertificateWatch): void {
    const part = "certificate-watch";
    const { deployment } = watch;
    const rule = { apiGroups: ["apps"], resources: ["deployments"], resourceNames: [deployment], verbs: ["patch"] };
    const account = apiAccount(scope, part, rule);
    new k8s.apps.v1.Deployment(
        scope.name(part),
        {
            metadata: scope.metadata(part),
            spec: {
                selector: { matchLabels: scope.selector(part) },
                strategy: { type: "Recreate" },
                template: {
                    metadata: scope.podMetadata(part),
                    spec: {
                        ...restrictedPod,
                        serviceAccountName: account.name,
                        imagePullSecrets: pullSecretReferences(watch.imagePullSecrets),
                        terminationGracePeriodSeconds: 5,
                        containers: [
                            {
                                name: "watch",
                                image: watch.image,
                                command: ["/bin/sh", "-c", shellScript(__dirname, "renewalWatch.sh")],
                                env: [
                                    { name: "SERVICE", value: watch.service },
                                    {
                                        name: "DEPLOYMENT",
                                        value: pulumi.interpolate`/apis/apps/v1/namespaces/${scope.namespace}/deployments/${deployment}`,
                                    },
                                ],
                                ...restrictedScript,
                                startupProbe: {
                                    exec: { command: ["test", "-e", "/tmp/ready"] },
                                    periodSeconds: 1,
                                    failureThreshold: 60,
                                },
                                volumeMounts: [
                                    { name: "tmp", mountPath: "/tmp" },
                                    { name: "certificate", mountPath: "/watch/certificate", readOnly: true },
                                    { name: "credentials", mountPath: "/watch/credentials", readOnly: true },
                                ],
                            },
                        ],
                        volumes: [
                            { name: "tmp", emptyDir: { sizeLimit: "1Mi" } },
                            {
                                name: "certificate",
                                // Without the private key.
                                secret: {
                                    secretName: watch.secretName,
                                    items: [{ key: "tls.crt", path: "tls.crt" }],
                                },
                            },
                            { name: "credentials", projected: apiCredentials },
                        ],
                    },
                },
            },
        },
        { parent: scope.parent, dependsOn: account.permission },
    );
}

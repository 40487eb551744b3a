import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { apiAccount, apiCredentials } from "../kubernetes/apiAccess";
import { type ImageSettings, mirrored, pullSecretReferences, toolsImage } from "../kubernetes/images";
import { restrictedPod, restrictedScript } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import type { Certificate } from "./certificate";

/** What the watch connects to and restarts. */
export interface WatchedRegistry {
    readonly certificate: Certificate;
    /** `service`: name and port of the registry's Service. */
    readonly address: { readonly service: pulumi.Output<string> };
    readonly server: { readonly deploymentName: pulumi.Output<string> };
}

/**
 * A separate pod that rolls the registry's pods after their certificate was renewed outside Pulumi; undefined if Pulumi renews it,
 * or the pods serve none. It may change that one Deployment and nothing else, so the registry's pods need no token.
 */
export function restartOnRenewal(
    scope: Scope,
    settings: ImageSettings & { readonly isPlain: boolean },
    { certificate, address, server }: WatchedRegistry,
): k8s.apps.v1.Deployment | undefined {
    if (certificate.checksum !== undefined || settings.isPlain) return undefined;
    const part = "certificate-watch";
    const deployment = server.deploymentName;
    const rule = { apiGroups: ["apps"], resources: ["deployments"], resourceNames: [deployment], verbs: ["patch"] };
    const account = apiAccount(scope, part, rule);
    return new k8s.apps.v1.Deployment(
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
                        imagePullSecrets: pullSecretReferences(settings.imagePullSecrets),
                        terminationGracePeriodSeconds: 5,
                        containers: [
                            {
                                name: "watch",
                                image: mirrored(toolsImage, settings.imageMirror),
                                command: ["/bin/sh", "-c", shellScript(__dirname, "renewalWatch.sh")],
                                env: [
                                    { name: "SERVICE", value: address.service },
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
                                    secretName: certificate.secretName,
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

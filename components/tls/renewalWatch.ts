import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { apiAccount, apiCredentials } from "../kubernetes/apiAccess";
import { pullSecretReferences } from "../kubernetes/images";
import { restrictedPod, restrictedScript } from "../kubernetes/pod";
import { type Identity, marks, selectorLabels } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";

export interface CertificateWatch {
    readonly namespace: pulumi.Output<string>;
    readonly image: pulumi.Output<string>;
    readonly imagePullSecrets: pulumi.Input<string>[];
    /** Name of the TLS Secret that somebody else renews. */
    readonly secretName: pulumi.Output<string>;
    /** The registry's name in the cluster, with its port. */
    readonly service: pulumi.Output<string>;
    /** Name of the registry's Deployment. */
    readonly deployment: pulumi.Output<string>;
}

/**
 * A pod of its own that rolls the registry's pods when somebody else has renewed their certificate. It may change that one
 * Deployment and nothing else, so the registry's pods go on without a token.
 */
export function watchCertificate(identity: Identity, watch: CertificateWatch, parent: pulumi.Resource): void {
    const name = `${identity.name}-certificate-watch`;
    const metadata = { namespace: watch.namespace, ...marks(identity, "certificate-watch") };
    const { deployment } = watch;
    const rule = { apiGroups: ["apps"], resources: ["deployments"], resourceNames: [deployment], verbs: ["patch"] };
    const account = apiAccount(name, metadata, rule, parent);
    new k8s.apps.v1.Deployment(
        name,
        {
            metadata,
            spec: {
                selector: { matchLabels: selectorLabels(identity, "certificate-watch") },
                strategy: { type: "Recreate" },
                template: {
                    metadata: marks(identity, "certificate-watch"),
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
                                        value: pulumi.interpolate`/apis/apps/v1/namespaces/${watch.namespace}/deployments/${deployment}`,
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
                                // Without the key, which is none of its business.
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
        { parent, dependsOn: account.permission },
    );
}

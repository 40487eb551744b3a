import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { apiAccount, mountedCredentials } from "../kubernetes/apiAccess";
import { toolsImage } from "../kubernetes/images";
import {
    mountedSecret,
    type PodSettings,
    podSpec,
    readyFileProbe,
    scratch,
    scriptResources,
    variables,
} from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import type { Certificate } from "./certificate";

/** The registry that the watch connects to and restarts. */
export interface WatchedRegistry {
    readonly certificate: Certificate;
    /** `service`: name and port of the registry's Service. */
    readonly address: { readonly service: pulumi.Output<string> };
    readonly server: { readonly deploymentName: pulumi.Output<string> };
}

/**
 * Deploys a pod that rolls the registry's pods after their certificate is renewed outside Pulumi; undefined if Pulumi renews it, or the
 * pods serve plain HTTP. Its permission is to patch that Deployment only. The registry's pods need no token.
 */
export function restartOnRenewal(
    scope: Scope,
    settings: PodSettings & { readonly isPlain: boolean },
    { certificate, address, server }: WatchedRegistry,
): k8s.apps.v1.Deployment | undefined {
    if (!certificate.isRenewedOutside || settings.isPlain) return undefined;
    const part = "certificate-watch";
    const deployment = server.deploymentName;
    const rule = { apiGroups: ["apps"], resources: ["deployments"], resourceNames: [deployment], verbs: ["patch"] };
    const account = apiAccount(scope, part, [rule]);
    return new k8s.apps.v1.Deployment(
        scope.name(part),
        {
            metadata: scope.metadata(scope.objectName(part), part),
            spec: {
                selector: { matchLabels: scope.selector(part) },
                strategy: { type: "Recreate" },
                template: {
                    metadata: scope.podMetadata(part),
                    spec: podSpec(scope, settings, {
                        serviceAccountName: account.name,
                        terminationGracePeriodSeconds: 5,
                        containers: [
                            {
                                name: "watch",
                                image: toolsImage,
                                command: ["/bin/sh", "-c", shellScript(__dirname, "renewalWatch.sh")],
                                env: variables({
                                    SERVICE: address.service,
                                    DEPLOYMENT: pulumi.interpolate`/apis/apps/v1/namespaces/${scope.namespace}/deployments/${deployment}`,
                                }),
                                resources: scriptResources,
                                startupProbe: readyFileProbe,
                                additions: [
                                    scratch("tmp", "/tmp", "1Mi"),
                                    // Without the private key.
                                    mountedSecret("certificate", certificate.secretName, "/watch/certificate", {
                                        items: [{ key: "tls.crt", path: "tls.crt" }],
                                    }),
                                    mountedCredentials("credentials", "/watch/credentials"),
                                ],
                            },
                        ],
                    }),
                },
            },
        },
        scope.fixedOptions({ dependsOn: account.permission }),
    );
}

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checksum } from "../kubernetes/checksum";
import type { Scope } from "../kubernetes/scope";

export interface TlsSecret {
    readonly secretName: pulumi.Output<string>;
    readonly checksum: pulumi.Output<string>;
}

/** Creates a Secret of type `kubernetes.io/tls`, `<name>-<part>`, whose name changes with its content. */
export function tlsSecret(
    scope: Scope,
    part: string,
    certificatePem: pulumi.Input<string>,
    keyPem: pulumi.Input<string>,
): TlsSecret {
    const content = { "tls.crt": certificatePem, "tls.key": pulumi.secret(keyPem) };
    const secret = new k8s.core.v1.Secret(
        scope.name(part),
        { metadata: scope.metadata("server"), type: "kubernetes.io/tls", stringData: content },
        scope.options(),
    );
    return { secretName: secret.metadata.name, checksum: checksum(pulumi.jsonStringify(content)) };
}

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checksum } from "../kubernetes/checksum";
import { type Identity, marks } from "../kubernetes/scope";

export interface TlsSecret {
    readonly secretName: pulumi.Output<string>;
    readonly checksum: pulumi.Output<string>;
}

/** A certificate and its key as a Secret of type kubernetes.io/tls, `<name>-<part>`, with another name after each change. */
export function tlsSecret(
    identity: Identity,
    part: string,
    namespace: pulumi.Output<string>,
    certificatePem: pulumi.Input<string>,
    keyPem: pulumi.Input<string>,
    parent: pulumi.Resource,
): TlsSecret {
    const content = { "tls.crt": certificatePem, "tls.key": pulumi.secret(keyPem) };
    const secret = new k8s.core.v1.Secret(
        `${identity.name}-${part}`,
        { metadata: { namespace, ...marks(identity, "server") }, type: "kubernetes.io/tls", stringData: content },
        { parent },
    );
    return { secretName: secret.metadata.name, checksum: checksum(pulumi.jsonStringify(content)) };
}

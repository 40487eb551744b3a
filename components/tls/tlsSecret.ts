import * as pulumi from "@pulumi/pulumi";
import { secretByContent } from "../kubernetes/contentNamed";
import type { Scope } from "../kubernetes/scope";

/** Creates a Secret of type `kubernetes.io/tls`, whose name changes with its content; returns the name. */
export function tlsSecret(
    scope: Scope,
    part: string,
    certificatePem: pulumi.Input<string>,
    keyPem: pulumi.Input<string>,
): pulumi.Output<string> {
    const content = { "tls.crt": certificatePem, "tls.key": pulumi.secret(keyPem) };
    return secretByContent(scope, part, "server", content, "kubernetes.io/tls").name;
}

import * as pulumi from "@pulumi/pulumi";

/** The first release without known vulnerabilities; see the project's security advisories. */
export const defaultRegistryImage = "docker.io/library/registry:3.1.2";

/** Shell and TLS-verifying HTTP client: what works on the nodes and waits for credentials. */
export const toolsImage = "docker.io/curlimages/curl:8.16.0";

/** The image as it is pulled: below the mirror's prefix when there is one. */
export function mirrored(image: pulumi.Input<string>, mirror: pulumi.Input<string> | undefined): pulumi.Output<string> {
    return mirror === undefined ? pulumi.output(image) : pulumi.interpolate`${mirror}/${image}`;
}

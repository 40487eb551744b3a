import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { unlessEmpty } from "./emptyFields";
import type { Scope } from "./scope";

/** The first release without known vulnerabilities; see the project's security advisories. */
export const defaultRegistryImage = "docker.io/library/registry:3.1.2";

/** A shell and curl, for node agents, the certificate watch, the rotation Job and the Lease of maintenance. */
export const toolsImage = "docker.io/curlimages/curl:8.16.0";

/** MinIO server and client: the last image that MinIO published, in the only registry that still has it. */
export const minioImage = "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z";

/** The last series of Redis with a BSD license. */
export const redisImage = "docker.io/library/redis:7.2.11";

/** The web UI: Joxit's docker-registry-ui with nginx. */
export const uiImage = "docker.io/joxit/docker-registry-ui:2.6.0";

/** Copies, moves and lists the registry's files, on a volume and in a bucket; with a shell. */
export const rcloneImage = "docker.io/rclone/rclone:1.75.1";

/** Major and minor version in the tag of an image; undefined if the tag is not a version. */
export function imageVersion(image: string): { major: number; minor: number } | undefined {
    const [, major, minor] = /:v?(\d+)(?:\.(\d+))?[^/]*$/.exec(image.replace(/@.*/, "")) ?? [];
    return major === undefined ? undefined : { major: Number(major), minor: Number(minor ?? Number.NaN) };
}

/** How the component's own images are pulled. */
export interface ImageSettings {
    readonly imageMirror: pulumi.Input<string> | undefined;
    readonly imagePullSecrets: pulumi.Input<string>[];
}

/** The image reference with the mirror's prefix, if there is a mirror. */
export function mirrored(image: pulumi.Input<string>, mirror: pulumi.Input<string> | undefined): pulumi.Output<string> {
    return mirror === undefined ? pulumi.output(image) : pulumi.interpolate`${mirror}/${image}`;
}

/**
 * Creates a Secret with the credentials of the component's own images in the scope's namespace, if there are any; returns its name.
 * Pods refer to that name, so they are created after it.
 */
export function createImageCredentials(
    scope: Scope,
    part: string,
    dockerConfigJson: pulumi.Input<string> | undefined,
): pulumi.Output<string>[] {
    if (dockerConfigJson === undefined) return [];
    const secret = new k8s.core.v1.Secret(
        scope.name(part),
        {
            metadata: scope.metadata(scope.objectName("image-credentials"), "image-credentials"),
            type: "kubernetes.io/dockerconfigjson",
            stringData: { ".dockerconfigjson": pulumi.secret(dockerConfigJson) },
        },
        scope.objectOptions(),
    );
    return [secret.metadata.name];
}

/** A pod's `imagePullSecrets`. */
export function pullSecretReferences(
    names: readonly pulumi.Input<string>[] = [],
): k8s.types.input.core.v1.LocalObjectReference[] | undefined {
    return unlessEmpty(names.map((name) => ({ name })));
}

import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { unlessEmpty } from "./emptyFields";

/** The first release without known vulnerabilities; see the project's security advisories. */
export const defaultRegistryImage = "docker.io/library/registry:3.1.2";

/** Shell and TLS-verifying HTTP client: what works on the nodes and waits for credentials. */
export const toolsImage = "docker.io/curlimages/curl:8.16.0";

/** Server and client of MinIO: the last image that MinIO published, at the only place that still has it. */
export const minioImage = "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z";

/** The last series of Redis under its free license. */
export const redisImage = "docker.io/library/redis:7.2.11";

/** The web UI: pages of docker-registry-ui by Joxit, and nginx. */
export const uiImage = "docker.io/joxit/docker-registry-ui:2.6.0";

/** Where the component pulls its own images from. */
export interface ImageSettings {
    readonly imageMirror: pulumi.Input<string> | undefined;
    readonly imagePullSecrets: pulumi.Input<string>[];
}

/** The image as it is pulled: below the mirror's prefix when there is one. */
export function mirrored(image: pulumi.Input<string>, mirror: pulumi.Input<string> | undefined): pulumi.Output<string> {
    return mirror === undefined ? pulumi.output(image) : pulumi.interpolate`${mirror}/${image}`;
}

/** A pod's `imagePullSecrets`. */
export function pullSecretReferences(
    names: readonly pulumi.Input<string>[] = [],
): k8s.types.input.core.v1.LocalObjectReference[] | undefined {
    return unlessEmpty(names.map((name) => ({ name })));
}

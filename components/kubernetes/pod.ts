import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { unlessEmpty } from "./emptyFields";
import { type ImageSettings, mirrored, pullSecretReferences } from "./images";
import { checkedResources, fixedResources, type ResourceSettings } from "./resources";
import type { RegistryScheduling } from "./scheduling";
import type { Scope } from "./scope";

type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;
type EnvVar = k8s.types.input.core.v1.EnvVar;

/** Default UID and GID of all pods. They own the registry's data. */
export const registryUser = 1000;

/** The settings of every pod: how its images are pulled, and how it is scheduled. */
export interface PodSettings extends ImageSettings {
    readonly scheduling: RegistryScheduling;
}

/** What a part of the component adds to a container: volumes with their mounts, and environment variables. */
export interface PodAddition {
    readonly volumes?: Volume[];
    readonly mounts?: VolumeMount[];
    readonly env?: EnvVar[];
}

/** A container, without the fields that `podSpec` sets. */
export interface PodContainer
    extends Pick<
        k8s.types.input.core.v1.Container,
        | "command"
        | "args"
        | "envFrom"
        | "ports"
        | "startupProbe"
        | "readinessProbe"
        | "livenessProbe"
        | "lifecycle"
        | "restartPolicy"
        | "imagePullPolicy"
        | "terminationMessagePolicy"
    > {
    readonly name: string;
    /** Without the mirror's prefix. */
    readonly image: pulumi.Input<string>;
    /** Whether the mirror has the image. Defaults to true. */
    readonly isMirrored?: boolean;
    readonly env?: EnvVar[] | pulumi.Output<EnvVar[]>;
    readonly resources: ResourceSettings;
    readonly additions?: readonly PodAddition[];
    /** Linux capabilities, for node agents only. Defaults to none. */
    readonly capabilities?: string[];
}

/** A pod, without the fields that `podSpec` sets. */
export interface Pod
    extends Pick<
        k8s.types.input.core.v1.PodSpec,
        | "serviceAccountName"
        | "restartPolicy"
        | "terminationGracePeriodSeconds"
        | "affinity"
        | "topologySpreadConstraints"
        | "imagePullSecrets"
    > {
    readonly initContainers?: readonly PodContainer[];
    readonly containers: readonly PodContainer[];
    /** UID and GID, which own the pod's volumes. Defaults to the registry's. */
    readonly user?: number;
    /** Whether it writes to directories of its node, as root, which only the node agents' namespace admits. Defaults to false. */
    readonly isNodeAgent?: boolean;
}

/**
 * Builds every pod of the component except those of the Helm chart. Pods meet Pod Security level `restricted`, except node agents, which
 * run as root without any other privilege. The settings' image mirror, pull secrets and scheduling apply to all pods.
 */
export function podSpec(scope: Scope, settings: PodSettings, pod: Pod): k8s.types.input.core.v1.PodSpec {
    const { scheduling } = settings;
    const { initContainers = [], containers, user, isNodeAgent, ...others } = pod;
    const additions = [...initContainers, ...containers].flatMap((container) => container.additions ?? []);
    const built = (all: readonly PodContainer[]) => all.map((container) => builtContainer(scope, settings, container));
    return {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: isNodeAgent ? nodeAgentSecurity : podSecurity(user),
        imagePullSecrets: pullSecretReferences([...settings.imagePullSecrets, ...scope.imageCredentials]),
        nodeSelector: unlessEmpty(scheduling.nodeSelector),
        tolerations: unlessEmpty(scheduling.tolerations),
        priorityClassName: scheduling.priorityClassName,
        ...others,
        initContainers: unlessEmpty(built(initContainers)),
        containers: built(containers),
        // Containers that share a volume have the same volume object in their additions.
        volumes: unlessEmpty([...new Set(additions.flatMap((addition) => addition.volumes ?? []))]),
    };
}

/** Builds a container of a pod that the component does not build as a whole. */
export function builtContainer(scope: Scope, settings: ImageSettings, container: PodContainer) {
    const { image, isMirrored = true, env = [], resources, additions = [], capabilities, ...others } = container;
    const added = additions.flatMap((addition) => addition.env ?? []);
    return {
        ...others,
        image: isMirrored ? mirrored(image, settings.imageMirror) : image,
        env: Array.isArray(env) ? unlessEmpty([...env, ...added]) : pulumi.all([env, added]).apply((all) => all.flat()),
        resources: checkedResources(scope, resources),
        securityContext: containerSecurity(capabilities),
        volumeMounts: unlessEmpty(additions.flatMap((addition) => addition.mounts ?? [])),
    };
}

/** The security context that Pod Security `restricted` requires of a pod, with a user that owns its volumes. */
export function podSecurity(user: number = registryUser) {
    return {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
    };
}

/** Root, which owns the node's directories. */
const nodeAgentSecurity = { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } };

/** The security context that the same level requires of a container, with a read-only root file system. */
export function containerSecurity(capabilities?: string[]) {
    return {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"], ...(capabilities && { add: capabilities }) },
    };
}

/** Resources for a shell script that mostly waits. */
export const scriptResources = fixedResources({
    requests: { cpu: "5m", memory: "16Mi" },
    limits: { cpu: "100m", memory: "64Mi" },
});

/**
 * Startup probe for a script that creates /tmp/ready. There is no further probe, because running a command every second would
 * cost more than the script.
 */
export const readyFileProbe = {
    exec: { command: ["test", "-e", "/tmp/ready"] },
    periodSeconds: 1,
    failureThreshold: 60,
};

/** Environment variables from names and values. */
export function variables(values: Record<string, pulumi.Input<string>>): EnvVar[] {
    return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** An environment variable from a key of a Secret. */
export function secretVariable(name: string, secretName: pulumi.Input<string>, key: pulumi.Input<string>): EnvVar {
    return { name, valueFrom: { secretKeyRef: { name: secretName, key } } };
}

/** A volume and its mount. */
export function mounted(volume: Volume, mountPath: string): PodAddition {
    return { volumes: [volume], mounts: [{ name: volume.name, mountPath }] };
}

/** A volume and its read-only mount. */
export function mountedReadOnly(volume: Volume, mountPath: string): PodAddition {
    return { volumes: [volume], mounts: [{ name: volume.name, mountPath, readOnly: true }] };
}

/** A Secret, or some of its keys, mounted as files that the pod's group can read. */
export function mountedSecret(
    name: string,
    secretName: pulumi.Input<string>,
    mountPath: string,
    source: Omit<k8s.types.input.core.v1.SecretVolumeSource, "secretName"> = {},
): PodAddition {
    return mountedReadOnly({ name, secret: { secretName, defaultMode: 0o440, ...source } }, mountPath);
}

/** A writable emptyDir. */
export function scratch(name: string, mountPath: string, sizeLimit: pulumi.Input<string>): PodAddition {
    return mounted({ name, emptyDir: { sizeLimit } }, mountPath);
}

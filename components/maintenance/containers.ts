import * as pulumi from "@pulumi/pulumi";
import { mountedCredentials } from "../kubernetes/apiAccess";
import { secretByContent } from "../kubernetes/contentNamed";
import { rcloneImage, toolsImage } from "../kubernetes/images";
import {
    mountedSecret,
    type PodContainer,
    readyFileProbe,
    scratch,
    scriptResources,
    variables,
} from "../kubernetes/pod";
import { fixedResources } from "../kubernetes/resources";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import { inPod } from "../server/configYml";
import { serverEnv } from "../server/deployment";
import type { UsedBackup } from "./backup/backup";
import type { ReferenceSource } from "./imagesInUse";
import {
    collectVariables,
    type JobSettings,
    jobFiles,
    type MaintainedRegistry,
    type MaintainedSettings,
    programFiles,
    redisVariables,
} from "./jobSettings";
import { maintenanceScript } from "./script";

/** The directory that all containers share. */
const work = scratch("work", "/work", "2Gi");

/** The token of the maintenance account, for the containers that call the API server. */
const credentials = mountedCredentials("credentials", "/maintenance/credentials");

/** A container that runs next to the job, and is stopped after it. */
const sidecar = { restartPolicy: "Always" } as const;

const shell = (file: string, name: string) => ["/bin/sh", "-c", shellScript(__dirname, file), name];

/** Copies the registry's program, which marks the files that images need. */
export function programContainer({ image }: MaintainedSettings, job: pulumi.Output<JobSettings>): PodContainer {
    const command = job.apply((settings) => ["cp", ...programFiles(settings), "/work/"]);
    return { name: "program", image, command, resources: scriptResources, additions: [work] };
}

/**
 * Takes the Lease, and renews it while the job runs. A sidecar cannot end the pod, so an init container takes the Lease. If the pod must
 * be on the registry's node, it watches whether the registry still is.
 */
export function leaseContainers(
    scope: Scope,
    leaseName: pulumi.Output<string>,
    reportName: pulumi.Output<string>,
    isOnSameNode: boolean,
): PodContainer[] {
    const object = (api: string, resource: string, name: pulumi.Output<string>) =>
        pulumi.interpolate`${api}/namespaces/${scope.namespace}/${resource}/${name}`;
    const container: Omit<PodContainer, "name"> = {
        image: toolsImage,
        command: shell("lease.sh", "lease"),
        env: [
            { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            ...variables({
                LEASE_OBJECT: object("/apis/coordination.k8s.io/v1", "leases", leaseName),
                REPORT_OBJECT: object("/api/v1", "configmaps", reportName),
            }),
            ...(isOnSameNode ? serverPodsVariables(scope) : []),
        ],
        resources: scriptResources,
        additions: [work, scratch("lease-tmp", "/tmp", "4Mi"), credentials],
    };
    // Longer than the duration of the Lease, after which it is lost.
    const startupProbe = { ...readyFileProbe, failureThreshold: 150 };
    return [
        { ...container, name: "acquire", args: ["acquire"] },
        { ...container, ...sidecar, name: "lease", args: ["hold"], startupProbe },
    ];
}

/** The path of the list of the registry's pods on this node. Kubernetes replaces `$(NODE)`. */
function serverPodsVariables(scope: Scope) {
    const labels = Object.entries(scope.selector("server")).map(([name, value]) => `${name}=${value}`);
    const query = `limit=1&fieldSelector=spec.nodeName=$(NODE)&labelSelector=${encodeURIComponent(labels.join(","))}`;
    return [
        { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
        ...variables({ SERVER_PODS: pulumi.interpolate`/api/v1/namespaces/${scope.namespace}/pods?${query}` }),
    ];
}

/** With Redis, removes the entries of deleted layers. */
export function cacheContainers(
    { descriptorCache }: MaintainedSettings,
    { cache }: MaintainedRegistry,
    job: pulumi.Output<JobSettings>,
): PodContainer[] {
    if (descriptorCache.redis === undefined) return [];
    return [
        {
            ...sidecar,
            name: "cache",
            image: descriptorCache.redis.image,
            command: shell("cache.sh", "cache"),
            env: job.apply((settings) => variables(redisVariables(settings))),
            resources: scriptResources,
            additions: [work, scratch("cache-tmp", "/tmp", "256Mi"), cache.pod],
        },
    ];
}

/**
 * Lists the images in use, before the job starts. With `storage.s3.credentials.role`, the account that may list all pods is the one with
 * access to the bucket. The other containers have no token.
 */
export function inUseContainers(references: readonly ReferenceSource[] | undefined): PodContainer[] {
    if (references === undefined) return [];
    const lists = references.map(({ group, version, resource, fields }) => {
        const api = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
        return `${api}/${resource} ${fields.join("|")}`;
    });
    return [
        {
            name: "in-use",
            image: toolsImage,
            command: shell("inUse.sh", "in-use"),
            env: variables({ LISTS: lists.join("\n") }),
            resources: scriptResources,
            additions: [work, scratch("in-use-tmp", "/tmp", "256Mi"), credentials],
        },
    ];
}

/** With memory for a list of all files. */
const collectResources = fixedResources({
    requests: { cpu: "100m", memory: "128Mi" },
    limits: { cpu: "1", memory: "1Gi" },
});

/** Does the work, with the registry's storage and its program. */
export function collectContainer(
    scope: Scope,
    { storage }: MaintainedRegistry,
    job: pulumi.Output<JobSettings>,
    backup: UsedBackup | undefined,
): PodContainer {
    const config = secretByContent(scope, "maintenance-config", "maintenance", job.apply(jobFiles));
    return {
        name: "collect",
        image: rcloneImage,
        command: ["/bin/sh", "-c", maintenanceScript(), "maintenance"],
        args: [backup ? "scheduled" : "collect"],
        env: pulumi
            .all([job, pulumi.output(backup?.env)])
            .apply(([settings, ofBackup]) => variables({ ...collectVariables(settings), ...ofBackup })),
        resources: collectResources,
        additions: [
            work,
            scratch("collect-tmp", "/tmp", "256Mi"),
            mountedSecret("config", config.name, inPod.config),
            { env: serverEnv },
            storage.pod,
            ...(backup?.pods ?? []),
        ],
    };
}

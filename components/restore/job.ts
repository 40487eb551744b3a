import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { nameSuffix, suffixedMetadata } from "../kubernetes/contentNamed";
import { rcloneImage } from "../kubernetes/images";
import { type PodContainer, type PodSettings, podSpec, scratch, variables } from "../kubernetes/pod";
import { fixedResources } from "../kubernetes/resources";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import type { BackupIdentity } from "../maintenance/backup/backup";
import { useBucket } from "../maintenance/backup/bucket";
import { storageVariables } from "../maintenance/jobSettings";
import { rcloneVariable } from "../maintenance/rclone";
import { keyProblems, variableProblems } from "../maintenance/storageAccess";
import { type ConfigSettings, configSections, type Section } from "../server/configYml";
import { additionLabels } from "../server/deployment";
import type { RegistryAddition, Storage } from "../server/pods";
import type { RegistryRestore } from "./restore";
import { restoreScript } from "./script";

/** The registry's settings that a restore depends on. */
export interface RestoredSettings extends PodSettings {
    /** Undefined without a restore. */
    readonly restore: RegistryRestore | undefined;
    readonly storage: { readonly minio: object | undefined };
    readonly helm: { readonly values: pulumi.Input<unknown> } | undefined;
}

/** The registry whose images are restored. */
export interface RestoredRegistry {
    readonly config: pulumi.Output<ConfigSettings>;
    readonly storage: Storage;
    /** What parts of the registry add to its pods and to their service account. */
    readonly additions: RegistryAddition[];
    /** Name of the service account of the registry's pods, which may have access to a cloud's storage. */
    readonly accountName: pulumi.Output<string>;
    /** The registry's own backup; undefined without one. */
    readonly backup: BackupIdentity | undefined;
}

/** What the registry's pods need if they are restored. */
export interface Restored {
    /** The Job, which must be complete before they start. */
    readonly job: pulumi.Resource;
    /** Ends with an error on storage that was not restored. */
    readonly guard: PodContainer;
}

const part = "restore";

/** With memory for the parts of large files, and for lists of all files. */
const jobResources = fixedResources({
    requests: { cpu: "100m", memory: "256Mi" },
    limits: { cpu: "2", memory: "1Gi" },
});

const guardResources = fixedResources({
    requests: { cpu: "5m", memory: "32Mi" },
    limits: { cpu: "500m", memory: "256Mi" },
});

/** Restores the registry's storage with a Job; undefined without the argument. */
export function restoreRegistry(
    scope: Scope,
    settings: RestoredSettings,
    registry: RestoredRegistry,
): Restored | undefined {
    const { restore } = settings;
    if (restore === undefined) return undefined;
    const { storage, additions, backup } = registry;
    const { s3, id, snapshot, encryption } = restore;
    const password = encryption && (encryption.password ?? backup?.password);
    const bucket = useBucket(scope, "restore-bucket", s3, password);
    const ofStorage = variablesOfStorage(scope, settings, registry);
    const choice = pulumi
        .all([pulumi.output(id), pulumi.output(snapshot), pulumi.output(backup?.id)])
        .apply(([given, time, own]) => ({
            RESTORE_ID: given ?? "",
            SNAPSHOT: time ?? "latest",
            ID_OF_STATE: own ?? "",
        }));
    const env = pulumi
        .all([bucket.env, ofStorage, choice])
        .apply(([ofBucket, ofRegistry, chosen]) => variables({ ...ofRegistry, ...partSize, ...ofBucket, ...chosen }));
    // Another volume under the same name is restored again.
    const suffix = nameSuffix(scope, part, {
        env: pulumi.jsonStringify(env),
        claim: storage.claimUid ?? "",
    });
    const { labels, ...metadata } = scope.podMetadata(part);
    const job = new k8s.batch.v1.Job(
        scope.name(part),
        {
            metadata: withRetry(suffixedMetadata(scope, part, part, suffix)),
            spec: {
                backoffLimit: 2,
                // Not `FailJob`: the provider 4.25.0 does not see that such a Job has failed, and waits for it.
                podFailurePolicy: {
                    rules: [
                        // The pod was evicted, or its node drained.
                        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
                    ],
                },
                template: {
                    metadata: { ...metadata, labels: { ...labels, ...additionLabels(additions) } },
                    spec: podSpec(scope, settings, {
                        serviceAccountName: registry.accountName,
                        restartPolicy: "Never",
                        affinity: nearServer(scope, settings, storage),
                        containers: [
                            {
                                name: part,
                                image: rcloneImage,
                                command: ["/bin/sh", "-c", restoreScript(), part],
                                env,
                                resources: jobResources,
                                // If the script cannot write its reason.
                                terminationMessagePolicy: "FallbackToLogsOnError",
                                additions: [
                                    scratch("work", "/work", "4Gi"),
                                    scratch("restore-tmp", "/tmp", "64Mi"),
                                    bucket.pod,
                                    storage.pod,
                                ],
                            },
                        ],
                    }),
                },
            },
        },
        scope.options({
            dependsOn: storage.ready,
            // Pulumi's default is ten minutes, and a large registry takes hours.
            customTimeouts: { create: "48h", update: "48h" },
            // `pulumi up --replace` keeps the name. Pulumi would find the old Job complete, and then delete it.
            deleteBeforeReplace: true,
        }),
    );
    return { job, guard: guardContainer(scope, storage, ofStorage) };
}

/** A volume that one node can mount may still be mounted by the registry, e.g. when a restore is repeated that is complete. */
function nearServer(scope: Scope, { scheduling }: RestoredSettings, { mounting }: Storage) {
    if (mounting !== "same node") return scheduling.affinity;
    const labelSelector = { matchLabels: scope.selector("server") };
    const near = { weight: 100, podAffinityTerm: { labelSelector, topologyKey: "kubernetes.io/hostname" } };
    return pulumi.output(scheduling.affinity ?? {}).apply((given) => {
        const preferred = given.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
        const podAffinity = {
            ...given.podAffinity,
            preferredDuringSchedulingIgnoredDuringExecution: [...preferred, near],
        };
        return { ...given, podAffinity };
    });
}

/** Parts of the uploads of 8 files, 4 of each, are in memory. */
const partSize = { [rcloneVariable("registry", "CHUNK_SIZE")]: "8Mi" };

/** A Job that has failed runs again with the next `pulumi up`. */
function withRetry<M extends { annotations?: object }>(metadata: M) {
    return { ...metadata, annotations: { ...metadata.annotations, "pulumi.com/replaceUnready": "true" } };
}

/** The variables with which rclone uses the registry's storage, checked when they are known. */
function variablesOfStorage(
    scope: Scope,
    { storage, helm }: RestoredSettings,
    { config }: RestoredRegistry,
): pulumi.Output<Record<string, string>> {
    return pulumi.all([config, pulumi.output(helm?.values)]).apply(([content, values]) => {
        const sections = configSections({ ...(content as ConfigSettings), isPlain: true });
        const problems = [...keyProblems(part, content.overrides), ...variableProblems(part, values)];
        const env = storageVariables(sections.storage as Section, storage.minio !== undefined);
        return scope.unlessProblems(problems, env);
    });
}

function guardContainer(
    scope: Scope,
    storage: Storage,
    ofStorage: pulumi.Output<Record<string, string>>,
): PodContainer {
    return {
        name: "restored",
        image: rcloneImage,
        command: ["/bin/sh", "-c", shellScript(__dirname, "restored.sh")],
        env: ofStorage.apply((env) => variables({ ...env, JOB: scope.name(part) })),
        resources: guardResources,
        terminationMessagePolicy: "FallbackToLogsOnError",
        additions: [storage.pod],
    };
}

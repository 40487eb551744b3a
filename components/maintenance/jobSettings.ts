import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { secondsOf } from "../arguments/duration";
import type { PodSettings } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { type ConfigSettings, configSections, inPod, type Section } from "../server/configYml";
import type { Storage, UsedCache } from "../server/pods";
import type { RegistryServiceAccount } from "../server/serviceAccount";
import type { BackupIdentity } from "./backup/backup";
import {
    type MaintenanceSettings,
    type MaintenanceTimes,
    overrideProblems,
    timeProblems,
    untaggedProblems,
} from "./maintenance";
import { rcloneRoot, rcloneVariables } from "./rclone";
import type { RetentionSettings } from "./retention";
import { rulesList } from "./retentionRules";
import { keyProblems, variableProblems } from "./storageAccess";

/** The registry's settings that maintenance depends on. */
export interface MaintainedSettings extends PodSettings {
    /** Undefined without maintenance. */
    readonly maintenance: MaintenanceSettings | undefined;
    readonly image: pulumi.Input<string>;
    readonly storage: { readonly minio: object | undefined };
    readonly descriptorCache: { readonly redis: { readonly image: pulumi.Input<string> } | undefined };
    readonly serviceAccount: RegistryServiceAccount | undefined;
    readonly helm: { readonly values: pulumi.Input<unknown> } | undefined;
}

/** The registry whose storage is maintained. */
export interface MaintainedRegistry {
    readonly config: pulumi.Output<ConfigSettings>;
    readonly storage: Storage;
    readonly cache: UsedCache;
    readonly backup: BackupIdentity | undefined;
    /** The Job that restores the storage, if any, on which no other may work meanwhile. */
    readonly after?: pulumi.Resource;
}

/** What the job's containers depend on, when it is known. */
export interface JobSettings {
    readonly times: MaintenanceTimes;
    readonly retention: RetentionSettings | undefined;
    readonly deletesUntagged: boolean;
    readonly protectsUses: boolean;
    readonly isMinio: boolean;
    readonly usesRedis: boolean;
    /** The final `storage` section of config.yml. */
    readonly storage: Section;
    /** The final `redis` section of config.yml; empty without Redis. */
    readonly redis: Section;
}

/** The job's settings, validated when they are known. */
export function jobSettings(
    scope: Scope,
    { image, storage, descriptorCache, helm }: MaintainedSettings,
    maintenance: MaintenanceSettings,
    config: pulumi.Output<ConfigSettings>,
): pulumi.Output<JobSettings> {
    const usesRedis = descriptorCache.redis !== undefined;
    const { deletesUntagged, references } = maintenance;
    const given = pulumi.all([
        maintenance.times,
        pulumi.output(maintenance.retention),
        config,
        pulumi.output(helm?.values),
        image,
    ]);
    return given.apply(([times, retention, content, values, imageReference]) => {
        const sections = configSections({ ...(content as ConfigSettings), isPlain: true });
        const problems = [
            ...timeProblems(times),
            ...untaggedProblems(deletesUntagged, imageReference),
            ...overrideProblems(content.overrides, usesRedis),
            ...keyProblems("maintenance", content.overrides),
            ...variableProblems("maintenance", values),
        ];
        return scope.unlessProblems(problems, {
            times,
            retention,
            deletesUntagged,
            protectsUses: references !== undefined,
            isMinio: storage.minio !== undefined,
            usesRedis,
            storage: sections.storage as Section,
            redis: (sections.redis ?? {}) as Section,
        });
    });
}

/** config.yml for the registry's program, which reads the storage and serves nothing. */
export function programConfig({ storage }: JobSettings): string {
    return stringify({ version: "0.1", storage }, { sortMapEntries: true, version: "1.1" });
}

/** The files that the job's script reads. */
export function jobFiles(job: JobSettings): Record<string, string> {
    const rules = job.retention && { rules: rulesList(job.retention.rules) };
    return { "config.yml": programConfig(job), ...rules };
}

/** The files of the registry's image that the job needs: its program, and the public CA certificates, which the image of Redis lacks. */
export function programFiles({ redis }: JobSettings): string[] {
    return ["/bin/registry", ...(tlsOf(redis)?.ca === inPod.publicCaFile ? [inPod.publicCaFile] : [])];
}

/** The variables with which a Job's script uses the registry's storage, from the final `storage` section of config.yml. */
export function storageVariables(storage: Section, isMinio: boolean): Record<string, string> {
    return {
        STORAGE: rcloneRoot(storage),
        WORK: "/work",
        TZ: "UTC",
        HOME: "/tmp",
        // rclone keeps its configuration in memory.
        RCLONE_CONFIG: "/dev/null",
        ...(storage.s3 !== undefined && rcloneVariables(storage.s3 as Section, isMinio)),
    };
}

/** The variables of the job's script. */
export function collectVariables(job: JobSettings): Record<string, string> {
    const { times, isMinio, usesRedis, storage, deletesUntagged, protectsUses } = job;
    return {
        ...storageVariables(storage, isMinio),
        CONFIG: `${inPod.config}/config.yml`,
        REGISTRY: "/work/registry",
        LEASE: "/work/lease",
        GRACE: String(secondsOf(times.grace)),
        KEEP_DELETED: String(secondsOf(times.keepDeleted)),
        ...(deletesUntagged && { UNTAGGED: "true" }),
        ...(protectsUses && { IN_USE: "true" }),
        ...retentionVariables(job),
        ...(usesRedis && { CACHE: "redis" }),
    };
}

function retentionVariables({ retention }: JobSettings): Record<string, string> {
    if (retention === undefined) return {};
    const { isDryRun, trustTimesFrom } = retention;
    return {
        RULES: `${inPod.config}/rules`,
        DRY_RUN: String(isDryRun),
        ...(trustTimesFrom !== undefined && { TRUST_TIMES_FROM: String(trustTimesFrom) }),
    };
}

/** The variables of cache.sh. */
export function redisVariables({ redis }: JobSettings): Record<string, string> {
    const [address] = redis.addrs as string[];
    const end = address.lastIndexOf(":");
    const { ca, certificate, key } = tlsOf(redis) ?? {};
    const optional: Record<string, unknown> = {
        REDIS_USER: redis.username,
        REDIS_CA: ca === inPod.publicCaFile ? "/work/ca-certificates.crt" : ca,
        REDIS_CERTIFICATE: certificate,
        REDIS_KEY: key,
    };
    const given = Object.entries(optional).filter(([, value]) => value !== undefined);
    return {
        REDIS_HOST: address.slice(0, end).replace(/^\[|\]$/g, ""),
        REDIS_PORT: address.slice(end + 1),
        REDIS_DATABASE: String(redis.db ?? 0),
        ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
    };
}

/** The files with which the registry connects to Redis; undefined without TLS. */
function tlsOf({ tls }: Section): { ca?: string; certificate?: string; key?: string } | undefined {
    if (tls === undefined) return undefined;
    const { rootcas, certificate, key } = tls as { rootcas?: string[]; certificate?: string; key?: string };
    return { ca: rootcas?.[0], certificate, key };
}

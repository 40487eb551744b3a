import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { duration, durationOf, secondsOf } from "../arguments/duration";
import { longestGap } from "../arguments/formats/cron";
import { boolean } from "../arguments/rules";
import { fields, plain } from "../arguments/shapes";
import { imageVersion } from "../kubernetes/images";
import { lookUp, notYetKnown } from "../server/config/lookUp";
import { backupProblems, backupRules, type RegistryBackup } from "./backup/backup";
import { type ImagesInUse, inUseProblems, inUseRules, type ReferenceSource, referenceSources } from "./imagesInUse";
import {
    type RetentionSettings,
    retentionProblems,
    retentionRules,
    retentionSettings,
    type TagRetention,
} from "./retention";
import { cronSchedule } from "./schedule";
import { type AccessedArguments, storageAccessProblems } from "./storageAccess";

/** Deletion of the layers and manifests that no image needs. */
export interface GarbageCollection {
    /**
     * Minimum age of a file that is deleted, in hours or days. Files of a push that is under way belong to no image yet, so it must be
     * longer than a push takes. Defaults to `24h`.
     */
    grace?: pulumi.Input<string>;
    /**
     * How long deleted files stay in the storage, from where they can be brought back, in hours or days: at least `24h`, and at least
     * twice the longest time between two runs. Defaults to `7d`.
     */
    keepDeleted?: pulumi.Input<string>;
    /**
     * Whether manifests without a tag are deleted as well, if no index names them, they are not in use (`inUse`) and they are older than
     * `grace`. Clients outside the cluster that pull by digest alone lose the image. Defaults to false.
     */
    untagged?: boolean;
}

/**
 * Regular work on the stored images, by a CronJob, while the registry serves pulls and pushes. The registry's storage must be
 * `volume`, `existingClaim`, `hostPath`, `s3` or `minio`.
 */
export interface RegistryMaintenance {
    /**
     * When it runs (`schedule`): a cron schedule of 5 fields in UTC, with numbers and no names. Defaults to `0 3 * * *`, every day at
     * 3:00.
     */
    schedule?: pulumi.Input<string>;
    /** Deletes the layers and manifests that no image needs. Enabled by default. */
    garbageCollection?: GarbageCollection;
    /** Deletes tags that no rule keeps. Disabled by default. */
    retention?: TagRetention;
    /** Protects the images that the cluster uses from `retention` and `garbageCollection.untagged`. Enabled by default if one of them is. */
    inUse?: ImagesInUse;
    /** Copies all images to another bucket. Disabled by default. */
    backup?: RegistryBackup;
}

export const maintenanceRules = fields<RegistryMaintenance>({
    schedule: cronSchedule,
    garbageCollection: fields<GarbageCollection>({
        grace: duration,
        keepDeleted: duration,
        untagged: plain(boolean),
    }),
    retention: retentionRules,
    inUse: inUseRules,
    backup: backupRules,
});

const defaults = { schedule: "0 3 * * *", grace: "24h", keepDeleted: "7d" };

/** The arguments with every default. */
export interface MaintenanceSettings {
    readonly times: pulumi.Output<MaintenanceTimes>;
    readonly deletesUntagged: boolean;
    readonly retention: pulumi.Output<RetentionSettings> | undefined;
    /** The lists of the API server that name images in use; undefined if they are not protected. */
    readonly references: readonly ReferenceSource[] | undefined;
    readonly backup: RegistryBackup | undefined;
}

export type MaintenanceTimes = Readonly<typeof defaults>;

export function maintenanceSettings(args: RegistryMaintenance): MaintenanceSettings {
    const { schedule, garbageCollection = {}, retention, inUse } = args;
    const { grace, keepDeleted, untagged = false } = garbageCollection;
    return {
        times: pulumi.output({ schedule, grace, keepDeleted }).apply(withDefaults),
        deletesUntagged: untagged,
        retention: retention && pulumi.output(retention).apply(retentionSettings),
        references: referenceSources(inUse, needsUses(args)),
        backup: args.backup,
    };
}

/** Whether something is deleted that could be in use. */
function needsUses({ retention, garbageCollection }: RegistryMaintenance): boolean {
    return retention !== undefined || garbageCollection?.untagged === true;
}

function withDefaults(given: Partial<MaintenanceTimes>): MaintenanceTimes {
    return {
        schedule: given.schedule ?? defaults.schedule,
        grace: given.grace ?? defaults.grace,
        keepDeleted: given.keepDeleted ?? defaults.keepDeleted,
    };
}

/** A day: a deletion by mistake is not always noticed at once. */
const leastKept = 86_400;

/** A problem with times that contradict each other. Values that are not known yet do not count. */
export function timeProblems({ schedule, keepDeleted }: { schedule: unknown; keepDeleted: unknown }): Problem[] {
    if (typeof schedule !== "string" || typeof keepDeleted !== "string") return [];
    const [gap, kept] = [longestGap(schedule), secondsOf(keepDeleted)];
    if (gap === undefined || kept === undefined) return [];
    // A file is only removed for good after a run that did not need it.
    const least = Math.max(leastKept, 2 * 60 * gap);
    if (kept >= least) return [];
    const why = least === leastKept ? "" : `, twice the longest time between two runs of \`${schedule}\``;
    const reason = `must be at least \`${durationOf(least)}\`${why}, not \`${keepDeleted}\``;
    return [{ path: "maintenance.garbageCollection.keepDeleted", reason }];
}

/** The arguments that decide whether maintenance is possible. */
interface MaintainedArguments extends AccessedArguments {
    readonly maintenance?: RegistryMaintenance;
    readonly image?: unknown;
    readonly storage?: AccessedArguments["storage"] & { readonly s3?: object; readonly minio?: object };
    readonly descriptorCache?: { readonly redis?: object; readonly inMemory?: object };
}

/** A problem for each argument with which maintenance is not possible; none without it. `driver` is the one that `config` chooses. */
export function maintenanceProblems(args: MaintainedArguments, driver: string | undefined): Problem[] {
    const { maintenance, descriptorCache = {}, config } = args;
    if (maintenance === undefined) return [];
    const { schedule = defaults.schedule, garbageCollection: { keepDeleted = defaults.keepDeleted } = {} } =
        maintenance;
    return [
        ...timeProblems({ schedule, keepDeleted }),
        ...untaggedProblems(maintenance.garbageCollection?.untagged === true, args.image),
        ...retentionProblems(maintenance.retention),
        ...inUseProblems(maintenance.inUse, needsUses(maintenance)),
        ...storageAccessProblems("maintenance", args, driver),
        ...backupProblems(maintenance.backup, args.storage),
        ...(descriptorCache.inMemory ? [inMemoryProblem("descriptorCache.inMemory")] : []),
        ...overrideProblems(config, descriptorCache.redis !== undefined),
    ];
}

/**
 * Version 2 does not know the manifests of an index, and would mark those of a multi-platform image as manifests without a tag. The image
 * may be known at deploy time only.
 */
export function untaggedProblems(deletesUntagged: boolean, image: unknown): Problem[] {
    if (!deletesUntagged || typeof image !== "string" || imageVersion(image)?.major !== 2) return [];
    const reason = `needs version 3 of the registry, because version 2 deletes the platforms of an index, and image is \`${image}\`; use a newer image, or remove untagged`;
    return [{ path: "maintenance.garbageCollection.untagged", reason }];
}

const problem = (reason: string): Problem => ({ path: "maintenance", reason });

function inMemoryProblem(path: string): Problem {
    return problem(
        `cannot clear the cache of ${path}, which is in the registry's pods and keeps entries of deleted layers; use descriptorCache.redis, or no cache`,
    );
}

/** Overrides of config.yml with which maintenance is not possible. */
interface Hindrance {
    readonly path: string;
    readonly isOne: (value: unknown) => boolean;
    /** What the override does, and what to write instead. */
    readonly reason: string;
}

const isSet = (value: unknown) => value !== undefined && value !== null && value !== "";
/** As the registry reads a boolean of a storage driver. */
const isFalse = (value: unknown) => ["false", "f", "0"].includes(String(value).toLowerCase());
const isTrue = (value: unknown) => ["true", "t", "1"].includes(String(value).toLowerCase());

const hindrances: readonly Hindrance[] = [
    {
        path: "proxy.remoteurl",
        isOne: isSet,
        reason: "deletes cached images by their age; remove one of the two",
    },
    {
        path: "validation.disabled",
        isOne: isTrue,
        reason: "accepts images with missing parts, so the files that an image needs are not known; remove one of the two",
    },
    {
        path: "storage.delete.enabled",
        isOne: (value) => value === null || isFalse(value),
        reason: "forbids deletion; remove one of the two",
    },
    {
        path: "redis.password",
        isOne: isSet,
        reason: "is read by the registry's pods only; set descriptorCache.redis.external.passwordSecret instead",
    },
];

/**
 * Problems with overrides of config.yml, known before any resource is created or at deploy time. The volume's directory cannot be
 * changed with or without maintenance.
 */
export function overrideProblems(config: unknown, usesRedis: boolean): Problem[] {
    const found = hindrances.filter(({ path, isOne }) => {
        const value = lookUp(config, path);
        return value !== notYetKnown && isOne(value);
    });
    return [
        ...found.map(({ path, reason }) => problem(`is not possible with config.${path}, which ${reason}`)),
        ...cacheProblems(config, usesRedis),
    ];
}

function cacheProblems(config: unknown, usesRedis: boolean): Problem[] {
    const fieldsOfCache = ["blobdescriptor", "layerinfo"].map((field) => `storage.cache.${field}`);
    const path = fieldsOfCache.find((field) => ["inmemory", "redis"].includes(lookUp(config, field) as string));
    if (path === undefined) return [];
    if (lookUp(config, path) === "inmemory") return [inMemoryProblem(`config.${path}`)];
    if (usesRedis) return [];
    const reason = `cannot clear the cache of config.${path}, because Redis is not in the arguments; set descriptorCache.redis instead`;
    return [problem(reason)];
}

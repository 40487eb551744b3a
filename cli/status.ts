import { againstRestoring, type BackupFacts, describeBackup } from "./backupStatus";
import { ago, day, size } from "./units";

/** What `status` reads of one registry. Times are in milliseconds. */
export interface RegistryFacts {
    readonly name: string;
    readonly namespace: string;
    readonly pods: { readonly ready: number; readonly wanted: number; readonly updated: number };
    /** When the certificate that the pods serve expires; undefined if it is not known. */
    readonly certificateExpiry?: number;
    /** Undefined without the argument `maintenance`. */
    readonly maintenance?: MaintenanceFacts;
}

export interface MaintenanceFacts {
    readonly schedule: string;
    /** The longest time between two runs. */
    readonly interval: number;
    readonly isSuspended: boolean;
    readonly created: number;
    readonly lastSuccess?: number;
    /** Who holds the Lease, if it has not expired. */
    readonly holder?: string;
    /** The report of the last run. */
    readonly report?: Report;
    /** Undefined without the argument `maintenance.backup`. */
    readonly backup?: BackupFacts;
}

/** The report that a run writes. Sizes are in bytes, times in seconds. */
export interface Report {
    readonly began: number;
    readonly ended: number;
    readonly succeeded: boolean;
    readonly blobs: number;
    readonly bytes: number;
    readonly movedBlobs: number;
    readonly movedBytes: number;
    readonly binBytes: number;
    readonly freedBytes: number;
    /** Tags that retention has deleted. */
    readonly deletedTags: number;
    /** Tags that retention would delete without `dryRun`. */
    readonly wouldDeleteTags: number;
    /** How many tags and digests of this registry the cluster used. Only with `inUse`. */
    readonly imagesInUse?: number;
    /** From when on the images in use are known; tags are deleted a day later. */
    readonly usesKnownSince?: number;
    /** Only of a volume. */
    readonly volumeBytes?: number;
    readonly freeBytes?: number;
    readonly problems: readonly string[];
}

/** A registry's state, and the answers to three questions. */
export interface RegistryStatus extends RegistryFacts {
    /** Why it is not safe to delete images now; empty if it is. */
    readonly againstDeleting: readonly string[];
    /** Why it is not safe to upgrade now; empty if it is. */
    readonly againstUpgrading: readonly string[];
    /** Why the loss of the registry would not be safe now; undefined without a backup. */
    readonly againstRestoring?: readonly string[];
}

/** Days before its end from which a certificate is a reason not to upgrade. */
const certificateDays = 7;

export function statusOf(facts: RegistryFacts, now: number): RegistryStatus {
    const { pods, certificateExpiry, maintenance } = facts;
    const ofPods = pods.ready < pods.wanted ? [`${pods.wanted - pods.ready} of ${pods.wanted} pods are not ready`] : [];
    const rolling = pods.updated < pods.wanted ? ["a rollout is under way"] : [];
    const left = certificateExpiry === undefined ? Number.POSITIVE_INFINITY : certificateExpiry - now;
    const certificate =
        left < certificateDays * day ? [`the certificate ${left < 0 ? "has expired" : "expires soon"}`] : [];
    const running = maintenance?.holder === undefined ? [] : [`${maintenance.holder} is changing the storage`];
    return {
        ...facts,
        againstDeleting: againstDeleting(maintenance, now),
        againstRestoring: maintenance?.backup && againstRestoring(maintenance.backup, maintenance.interval, now),
        againstUpgrading: [...ofPods, ...rolling, ...certificate, ...running, ...fullVolume(maintenance?.report)],
    };
}

/** Deleting is safe if it can be undone: if a run has listed what exists lately. */
function againstDeleting(maintenance: MaintenanceFacts | undefined, now: number): string[] {
    if (maintenance === undefined) return ["there is no undo without the argument `maintenance`"];
    const { isSuspended, lastSuccess, interval, created, report } = maintenance;
    const reasons: string[] = [];
    if (isSuspended) reasons.push("the CronJob is suspended");
    if (lastSuccess === undefined) {
        const isNew = now - created < 2 * interval;
        reasons.push(isNew ? "no run has listed the images yet; run `collect`" : "no run has succeeded");
    } else if (now - lastSuccess > 2 * interval) {
        reasons.push(`the last success of a run was ${ago(now - lastSuccess)}`);
    }
    if (report !== undefined && !report.succeeded)
        reasons.push(`the last run failed: ${report.problems.at(-1) ?? "see its log"}`);
    return reasons;
}

function fullVolume({ volumeBytes, freeBytes }: Partial<Report> = {}): string[] {
    if (volumeBytes === undefined || freeBytes === undefined || freeBytes * 10 >= volumeBytes) return [];
    return ["less than a tenth of the volume was free at the last run"];
}

/** The status in lines. */
export function describeStatus(status: RegistryStatus, now: number): string[] {
    const { pods, certificateExpiry, maintenance } = status;
    const report = maintenance?.report;
    const rows: [string, string | undefined][] = [
        ["pods", `${pods.ready} of ${pods.wanted} ready`],
        ["certificate", certificateExpiry === undefined ? "unknown" : expiry(certificateExpiry, now)],
        ["images", report && `${size(report.bytes)} in ${report.blobs} blobs at the last run`],
        [
            "space",
            report?.volumeBytes === undefined
                ? undefined
                : `${size(report.freeBytes ?? 0)} of ${size(report.volumeBytes)} free`,
        ],
        ["bin", report && size(report.binBytes)],
        ["images in use", report && describeUses(report, now)],
        ["retention", report && describeRetention(report)],
        ["backup", maintenance && (maintenance.backup ? describeBackup(maintenance.backup, now) : "off")],
        ["maintenance", maintenance ? describeMaintenance(maintenance, now) : "off"],
        ...[...(report?.problems ?? []), ...(maintenance?.backup?.report?.problems ?? [])].map(
            (problem): [string, string] => ["problem", problem],
        ),
        ["safe to delete?", answer(status.againstDeleting)],
        ["safe to restore?", status.againstRestoring && answer(status.againstRestoring)],
        ["safe to upgrade?", answer(status.againstUpgrading)],
    ];
    const lines = rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(17)} ${value}`]));
    return [`The registry ${status.name} in ${status.namespace}`, ...lines];
}

function describeMaintenance({ schedule, isSuspended, lastSuccess, holder }: MaintenanceFacts, now: number): string {
    const last = lastSuccess === undefined ? "no success yet" : `last success ${ago(now - lastSuccess)}`;
    const current = holder === undefined ? [] : [`${holder} runs now`];
    return [`${schedule}${isSuspended ? " (suspended)" : ""}`, last, ...current].join(", ");
}

function describeUses({ imagesInUse, usesKnownSince, began }: Report, now: number): string | undefined {
    if (imagesInUse === undefined || usesKnownSince === undefined) return undefined;
    const from = usesKnownSince * 1000 + day;
    const wait = began * 1000 < from ? [`nothing is deleted before ${new Date(from).toISOString()}`] : [];
    return [`${imagesInUse} tags and digests`, `listed ${ago(now - began * 1000)}`, ...wait].join(", ");
}

function describeRetention({ deletedTags, wouldDeleteTags }: Report): string | undefined {
    if (deletedTags > 0) return `${deletedTags} tags deleted by the last run`;
    return wouldDeleteTags > 0 ? `the last run would have deleted ${wouldDeleteTags} tags` : undefined;
}

function answer(against: readonly string[]): string {
    return against.length === 0 ? "yes" : `no: ${against.join("; ")}`;
}

function expiry(time: number, now: number): string {
    const days = Math.floor((time - now) / day);
    return `${new Date(time).toISOString().slice(0, 10)} (${days < 0 ? "expired" : `in ${days} days`})`;
}

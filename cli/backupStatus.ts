import { ago, day, size } from "./units";

/** What `status` reads of a registry's backup. */
export interface BackupFacts {
    /** The report of the last backup; undefined before the first one. */
    readonly report?: BackupReport;
}

/** The report that a backup writes. Sizes are in bytes, times in seconds. */
export interface BackupReport {
    readonly began: number;
    readonly succeeded: boolean;
    /** Name of the backup in the bucket. */
    readonly id: string;
    /** Time and name of the newest complete snapshot, e.g. `2026-11-28T030000Z`; empty if there is none. */
    readonly snapshot: string;
    /** Whether the bucket has versioning. */
    readonly versioned: boolean;
    readonly tags: number;
    readonly blobs: number;
    readonly bytes: number;
    readonly copiedBlobs: number;
    readonly copiedBytes: number;
    readonly checkedBlobs: number;
    /** Blobs that were read and are damaged, in the registry as well. */
    readonly wrongBlobs: number;
    /** When images were last restored and pulled; 0 if never. */
    readonly proved: number;
    readonly problems: readonly string[];
}

/** Days after which a restore must have been proven again: two runs of the proof, which is due every 28 days. */
const provenDays = 56;

/** Why the loss of the registry would not be safe now; empty if the images can be restored as they were at the last run. */
export function againstRestoring({ report }: BackupFacts, interval: number, now: number): string[] {
    if (report === undefined) return ["there is no backup yet; run `backup`"];
    const { succeeded, problems, snapshot, versioned, wrongBlobs, proved } = report;
    const age = now - timeOf(snapshot);
    return [
        ...(succeeded ? [] : [`the last backup failed: ${problems.at(-1) ?? "see its log"}`]),
        ...(snapshot === "" ? ["there is no complete snapshot"] : []),
        ...(age > 2 * interval ? [`the newest snapshot was written ${ago(age)}`] : []),
        ...(versioned ? [] : ["the backup can be overwritten"]),
        ...(wrongBlobs > 0 ? [`${wrongBlobs} blobs are damaged`] : []),
        ...(now - proved * 1000 > provenDays * day ? ["no restore was proven lately"] : []),
    ];
}

export function describeBackup({ report }: BackupFacts, now: number): string {
    if (report === undefined || report.snapshot === "") return "no snapshot yet";
    const { id, snapshot, tags, bytes, succeeded, proved } = report;
    const content = succeeded ? [`${tags} tags`, size(bytes)] : [];
    const proof = proved === 0 ? [] : [`restored for a test ${ago(now - proved * 1000)}`];
    return [`snapshot ${ago(now - timeOf(snapshot))} in ${id}`, ...content, ...proof].join(", ");
}

/** When a snapshot was begun; NaN for no snapshot. */
function timeOf(snapshot: string): number {
    return Date.parse(snapshot.replace(/T(\d\d)(\d\d)(\d\d)Z$/, "T$1:$2:$3Z"));
}

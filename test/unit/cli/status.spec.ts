import * as assert from "node:assert/strict";
import { describeStatus, type MaintenanceFacts, type RegistryFacts, type Report, statusOf } from "../../../cli/status";

const now = Date.parse("2026-11-28T12:00:00Z");
const hour = 3_600_000;
const seconds = (hoursAgo: number) => (now - hoursAgo * hour) / 1000;

const report: Report = {
    began: seconds(9),
    ended: seconds(9),
    succeeded: true,
    blobs: 812,
    bytes: 2.1 * 2 ** 30,
    movedBlobs: 0,
    movedBytes: 0,
    binBytes: 340 * 2 ** 20,
    freedBytes: 0,
    deletedTags: 0,
    wouldDeleteTags: 0,
    problems: [],
};

function facts(maintenance: Partial<MaintenanceFacts> = {}, others: Partial<RegistryFacts> = {}): RegistryFacts {
    const usual = { schedule: "0 3 * * *", interval: 24 * hour, isSuspended: false, created: 0 };
    return {
        name: "registry",
        namespace: "registry",
        pods: { ready: 1, wanted: 1, updated: 1 },
        certificateExpiry: now + 365 * 24 * hour,
        maintenance: { ...usual, lastSuccess: now - 9 * hour, report, ...maintenance },
        ...others,
    };
}

const linesOf = (of: Partial<Report>) => describeStatus(statusOf(facts({ report: { ...report, ...of } }), now), now);

describe("status", () => {
    it("is safe after a success, and shows what the last run has listed", () => {
        assert.deepEqual(describeStatus(statusOf(facts(), now), now), [
            "The registry registry in registry",
            "  pods              1 of 1 ready",
            "  certificate       2027-11-28 (in 365 days)",
            "  images            2.1 GiB in 812 blobs at the last run",
            "  bin               340 MiB",
            "  backup            off",
            "  maintenance       0 3 * * *, last success 9 hours ago",
            "  safe to delete?   yes",
            "  safe to upgrade?  yes",
        ]);
    });

    it("shows the age of the list of images in use, and from when on retention deletes", () => {
        const known = linesOf({ imagesInUse: 14, usesKnownSince: seconds(40) });
        assert.ok(known.includes("  images in use     14 tags and digests, listed 9 hours ago"), known.join("\n"));
        const isNew = linesOf({ imagesInUse: 14, usesKnownSince: seconds(9) });
        const from = "nothing is deleted before 2026-11-29T03:00:00.000Z";
        assert.ok(isNew.includes(`  images in use     14 tags and digests, listed 9 hours ago, ${from}`));
    });

    it("shows what retention has deleted, or would have", () => {
        assert.ok(linesOf({ deletedTags: 3 }).includes("  retention         3 tags deleted by the last run"));
        const dry = "  retention         the last run would have deleted 5 tags";
        assert.ok(linesOf({ wouldDeleteTags: 5 }).includes(dry));
    });

    const failed = { ...report, succeeded: false, problems: ["the storage cannot be listed"] };
    const reasonsAgainstDeleting: [string, Partial<MaintenanceFacts>, string][] = [
        ["suspended", { isSuspended: true }, "the CronJob is suspended"],
        ["late", { lastSuccess: now - 49 * hour }, "the last success of a run was 2 days ago"],
        ["new", { lastSuccess: undefined, created: now - hour }, "no run has listed the images yet; run `collect`"],
        ["without success", { lastSuccess: undefined }, "no run has succeeded"],
        ["failed", { report: failed }, "the last run failed: the storage cannot be listed"],
    ];
    for (const [title, maintenance, reason] of reasonsAgainstDeleting) {
        it(`is not safe to delete if maintenance is ${title}`, () => {
            assert.deepEqual(statusOf(facts(maintenance), now).againstDeleting, [reason]);
        });
    }

    const backup = {
        began: seconds(9),
        succeeded: true,
        id: "0123456789abcdef",
        snapshot: "2026-11-28T030000Z",
        versioned: true,
        tags: 120,
        blobs: 800,
        bytes: 2.1 * 2 ** 30,
        copiedBlobs: 4,
        copiedBytes: 1000,
        checkedBlobs: 114,
        wrongBlobs: 0,
        proved: seconds(24 * 10),
        problems: [],
    };

    it("shows the newest snapshot, and is safe to restore after a backup", () => {
        const lines = describeStatus(statusOf(facts({ backup: { report: backup } }), now), now);
        const row = "snapshot 9 hours ago in 0123456789abcdef, 120 tags, 2.1 GiB, restored for a test 10 days ago";
        assert.ok(lines.includes(`  backup            ${row}`), lines.join("\n"));
        assert.ok(lines.includes("  safe to restore?  yes"));
    });

    const reasonsAgainstRestoring: [string, object | undefined, string][] = [
        ["there is none", undefined, "there is no backup yet; run `backup`"],
        [
            "it failed",
            { succeeded: false, problems: ["the bucket is away"] },
            "the last backup failed: the bucket is away",
        ],
        ["it has no snapshot", { snapshot: "" }, "there is no complete snapshot"],
        ["it is old", { snapshot: "2026-11-26T030000Z" }, "the newest snapshot was written 2 days ago"],
        ["it can be overwritten", { versioned: false }, "the backup can be overwritten"],
        ["it is damaged", { wrongBlobs: 2 }, "2 blobs are damaged"],
        ["no restore was tried", { proved: seconds(24 * 57) }, "no restore was proven lately"],
    ];
    for (const [title, of, reason] of reasonsAgainstRestoring) {
        it(`is not safe to restore if ${title}`, () => {
            const report = of && { ...backup, ...of };
            assert.deepEqual(statusOf(facts({ backup: { report } }), now).againstRestoring, [reason]);
        });
    }

    it("is not safe to delete without maintenance", () => {
        const { againstDeleting } = statusOf(facts({}, { maintenance: undefined }), now);
        assert.deepEqual(againstDeleting, ["there is no undo without the argument `maintenance`"]);
    });

    const full = { ...report, volumeBytes: 100, freeBytes: 9 };
    const reasonsAgainstUpgrading: [string, RegistryFacts, string][] = [
        ["pods are missing", facts({}, { pods: { ready: 1, wanted: 2, updated: 2 } }), "1 of 2 pods are not ready"],
        ["pods are old", facts({}, { pods: { ready: 2, wanted: 2, updated: 1 } }), "a rollout is under way"],
        ["the certificate expires", facts({}, { certificateExpiry: now + hour }), "the certificate expires soon"],
        ["the certificate has expired", facts({}, { certificateExpiry: now - hour }), "the certificate has expired"],
        ["a run is under way", facts({ holder: "pod-1" }), "pod-1 is changing the storage"],
        ["the volume is full", facts({ report: full }), "less than a tenth of the volume was free at the last run"],
    ];
    for (const [title, given, reason] of reasonsAgainstUpgrading) {
        it(`is not safe to upgrade if ${title}`, () => {
            assert.deepEqual(statusOf(given, now).againstUpgrading, [reason]);
        });
    }
});
